"use client";

import "@/ui/global.css";
import { MessagePage } from "./message-page";

export default function GlobalErrorPage() {
  return (
    <html lang="en">
      <body>
        <MessagePage title="Something went wrong." text="What you wrote is kept in this browser. Load the page anew." />
      </body>
    </html>
  );
}
