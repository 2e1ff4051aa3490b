"use client";

import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/ui/button";
import { accountRequest } from "./account-request";
import styles from "./form.module.css";
import { FormMessage } from "./form-message";

interface AuthOptions {
  providers: ("github" | "google")[];
  passwordReset: boolean;
}

const providerNames = { github: "GitHub", google: "Google" };

/** What this server offers besides; last on the page, so that nothing moves when it is known. */
export function OtherWays({ offersReset = false, children }: { offersReset?: boolean; children: ReactNode }) {
  const [options, setOptions] = useState<AuthOptions | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    let isCurrent = true;
    void accountRequest<AuthOptions>("GET", "/api/auth/options").then((answer) => {
      if (isCurrent && answer.ok) setOptions(answer.data);
    });
    return () => {
      isCurrent = false;
    };
  }, []);

  async function signInWith(provider: string) {
    const answer = await accountRequest<{ url: string }>("POST", "/api/auth/sign-in/social", {
      provider,
      callbackURL: "/",
      errorCallbackURL: "/sign-in",
    });
    if (answer.ok) window.location.assign(answer.data.url);
    else setFailure(answer.failure.message);
  }

  return (
    <>
      <p className={styles.other}>
        {children}
        {offersReset && options?.passwordReset && <a href="/forgot-password">Forgot your password?</a>}
      </p>
      {options && options.providers.length > 0 && (
        <div className={styles.providers}>
          <FormMessage>{failure}</FormMessage>
          {options.providers.map((provider) => (
            <Button key={provider} className={styles.submit} onClick={() => void signInWith(provider)}>
              Continue with {providerNames[provider]}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
