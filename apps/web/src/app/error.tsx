"use client";

import { Button } from "@/ui/button";
import { MessagePage } from "./message-page";

export default function ErrorPage({ reset }: { reset(): void }) {
  return (
    <MessagePage
      title="Something went wrong on this page."
      text="What you wrote is kept in this browser. Try again; if it happens once more, load the page anew."
    >
      <Button look="primary" onClick={reset}>
        Try again
      </Button>
    </MessagePage>
  );
}
