"use client";

import { AlertDialog } from "@/ui/alert-dialog";

interface DeleteConversationDialogProps {
  title: string;
  onConfirm(): void;
  onClose(): void;
}

export default function DeleteConversationDialog({ title, onConfirm, onClose }: DeleteConversationDialogProps) {
  return (
    <AlertDialog
      title={`Delete “${title}”?`}
      description="Its messages are deleted with it. This action cannot be undone."
      action="Delete"
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}
