import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@/ui/global.css";
import { fontClasses } from "./fonts";
import { requestPreferences } from "./preferences";

export const metadata: Metadata = {
  applicationName: "Holdfast",
  description: "A chat that holds on to what you say.",
  appleWebApp: { title: "Holdfast", statusBarStyle: "default" },
  formatDetection: { telephone: false, email: false, address: false },
};

const groundColors = { light: "#fbfaf7", dark: "#171614" };

export async function generateViewport(): Promise<Viewport> {
  const { theme } = await requestPreferences();
  return {
    width: "device-width",
    initialScale: 1,
    viewportFit: "cover",
    interactiveWidget: "resizes-content",
    themeColor:
      theme === "system"
        ? [
            { media: "(prefers-color-scheme: light)", color: groundColors.light },
            { media: "(prefers-color-scheme: dark)", color: groundColors.dark },
          ]
        : groundColors[theme],
  };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { theme, textSize } = await requestPreferences();
  return (
    <html lang="en" data-theme={theme} data-text-size={textSize} className={fontClasses}>
      <body>{children}</body>
    </html>
  );
}
