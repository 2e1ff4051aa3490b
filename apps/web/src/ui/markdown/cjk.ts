/** Character classes for Chinese, Japanese and Korean, which put no spaces around their words, marks and addresses. */
export const cjkPunctuation = String.raw`\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65`;
export const cjk = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\u30fc${cjkPunctuation}`;
