import { createTransport } from "nodemailer";

export interface Mailer {
  sendPasswordReset(to: string, url: string): Promise<void>;
}

/** Sends over SMTP. `url` is `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = createTransport({ url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 });
  return {
    async sendPasswordReset(to, link) {
      await transport.sendMail({
        from,
        to,
        subject: "Set a new password for Holdfast",
        text: `Someone, probably you, asked for a new password for this address.\n\nTo set one, open this within an hour:\n\n${link}\n\nIf it was not you, do nothing: your password stays as it is.\n`,
      });
    },
  };
}
