"use client";

import { lazy, Suspense, useState } from "react";
import { Button } from "@/ui/button";
import { Section } from "./section";

const DeleteAccountDialog = lazy(() => import("./delete-account-dialog"));

export function DeleteSection({ isGuest }: { isGuest: boolean }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section
      title="Delete account"
      lead={`${isGuest ? "Everything that is kept here for you" : "Your account"} is deleted, with all conversations, messages and tasks.`}
    >
      <Button look="danger" onClick={() => setAsking(true)}>
        Delete account
      </Button>
      {isAsking && (
        <Suspense>
          <DeleteAccountDialog isGuest={isGuest} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </Section>
  );
}
