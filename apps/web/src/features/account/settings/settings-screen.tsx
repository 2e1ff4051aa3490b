import type { Person } from "@holdfast/contract";
import type { TextSize, Theme } from "@/ui/preferences";
import { AccountSection } from "./account-section";
import { AppearanceSection } from "./appearance-section";
import { DataSection } from "./data-section";
import { DeleteSection } from "./delete-section";
import { SessionsSection } from "./sessions-section";
import styles from "./settings.module.css";
import { TokenSection } from "./token-section";
import { UnknownSection } from "./unknown-section";

interface SettingsScreenProps {
  person: Person | null | "unavailable";
  theme: Theme;
  textSize: TextSize;
}

/** A guest sees what applies to a guest; a visitor, of whom nothing is kept, only how things look; so does whoever cannot be known now. */
export function SettingsScreen({ person: whoever, theme, textSize }: SettingsScreenProps) {
  const isKnown = whoever !== "unavailable";
  const person = isKnown ? whoever : null;
  return (
    <div className={styles.screen}>
      <h1 className={styles.title}>Settings</h1>
      {isKnown ? <AccountSection person={person} /> : <UnknownSection />}
      <AppearanceSection theme={theme} textSize={textSize} />
      {person && <DataSection />}
      {person && <TokenSection />}
      {person && !person.isGuest && <SessionsSection />}
      {person && <DeleteSection isGuest={person.isGuest} />}
    </div>
  );
}
