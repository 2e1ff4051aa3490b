"use client";

import { setTextSize, setTheme } from "@/ui/appearance";
import { type TextSize, type Theme, textSizes, themes } from "@/ui/preferences";
import { Section } from "./section";
import styles from "./settings.module.css";

const themeNames = { system: "System", light: "Light", dark: "Dark" } satisfies Record<Theme, string>;
const sizeNames = { small: "Small", normal: "Normal", large: "Large" } satisfies Record<TextSize, string>;

export function AppearanceSection({ theme, textSize }: { theme: Theme; textSize: TextSize }) {
  return (
    <Section title="Appearance">
      <Choices legend="Theme" name="theme" values={themes} names={themeNames} chosen={theme} onChoose={setTheme} />
      <Choices
        legend="Text size"
        name="text-size"
        values={textSizes}
        names={sizeNames}
        chosen={textSize}
        onChoose={setTextSize}
      />
    </Section>
  );
}

interface ChoicesProps<Value extends string> {
  legend: string;
  name: string;
  values: readonly Value[];
  names: Record<Value, string>;
  chosen: Value;
  onChoose(value: Value): void;
}

function Choices<Value extends string>({ legend, name, values, names, chosen, onChoose }: ChoicesProps<Value>) {
  return (
    <fieldset className={styles.choices}>
      <legend>{legend}</legend>
      <div>
        {values.map((value) => (
          <label key={value} className={styles.choice}>
            <input
              type="radio"
              name={name}
              value={value}
              defaultChecked={value === chosen}
              onChange={() => onChoose(value)}
            />
            {names[value]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
