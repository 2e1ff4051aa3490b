import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@/ui/global.css";
import { rememberEarlyPresses } from "@/ui/early-presses";
import { EarlyPresses } from "./early-presses";
import { fontClasses } from "./fonts";
import { QuietAnnouncer } from "./quiet-announcer";
import { origin, requestNonce, requestPreferences } from "./request";

const description = "A chat that holds on to what you say.";

export async function generateMetadata(): Promise<Metadata> {
  return {
    metadataBase: await origin(),
    applicationName: "Holdfast",
    description,
    icons: { icon: { url: "/icon.svg", type: "image/svg+xml" }, apple: "/apple-icon.png" },
    openGraph: {
      siteName: "Holdfast",
      title: "Holdfast",
      description,
      type: "website",
      images: [{ url: "/social.png", width: 1200, height: 630, alt: "Holdfast. A chat that holds." }],
    },
    twitter: { card: "summary_large_image" },
    appleWebApp: { title: "Holdfast", statusBarStyle: "default" },
    formatDetection: { telephone: false, email: false, address: false },
    robots: { index: false },
  };
}

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
  const [{ theme, textSize }, nonce] = await Promise.all([requestPreferences(), requestNonce()]);
  return (
    <html lang="en" data-theme={theme} data-text-size={textSize} className={fontClasses}>
      <body>
        {/* A browser does not tell the nonce again. */}
        <script nonce={nonce} suppressHydrationWarning>
          {`(${rememberEarlyPresses})()`}
        </script>
        {children}
        <QuietAnnouncer />
        <EarlyPresses />
      </body>
    </html>
  );
}
