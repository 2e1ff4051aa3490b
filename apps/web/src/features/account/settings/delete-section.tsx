"use client";

import { useState } from "react";
import { Button } from "@/ui/button";
import { OnDemand, onDemand } from "@/ui/on-demand";
import { Section } from "./section";

const deleteDialogCode = onDemand(() => import("./delete-account-dialog"));

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
      {isAsking && <OnDemand code={deleteDialogCode} props={{ isGuest, onClose: () => setAsking(false) }} />}
    </Section>
  );
}
