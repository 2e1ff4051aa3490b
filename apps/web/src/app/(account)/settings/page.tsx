import type { Metadata } from "next";
import { SettingsScreen } from "@/features/account/settings/settings-screen";
import { requestPreferences } from "../../request";
import { currentPerson } from "../current-person";

export const metadata: Metadata = { title: "Settings · Holdfast" };

export default async function SettingsPage() {
  const [person, { theme, textSize }] = await Promise.all([currentPerson(), requestPreferences()]);
  return (
    <main>
      <SettingsScreen person={person} theme={theme} textSize={textSize} />
    </main>
  );
}
