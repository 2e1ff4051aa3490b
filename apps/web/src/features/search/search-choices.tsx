import type { ConversationSummary } from "@holdfast/contract";
import { MessageSquare, Settings, SquarePen, SunMoon } from "lucide-react";
import type { ReactNode } from "react";
import { switchTheme } from "@/ui/appearance";
import { navigate } from "@/ui/navigate";
import { startNewChat } from "@/ui/new-chat";
import { withMarks, withoutMarkup } from "./marked-parts";

/** One line of the dialog. */
export interface Choice {
  key: string;
  icon: ReactNode;
  title: string;
  /** Words around a match, with marks. */
  excerpt?: string;
  /** Right at the end, quietly. */
  aside?: string;
  choose(): void;
  /** The dialog stays, so that what was done can be seen and undone. */
  staysOpen?: boolean;
}

export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

export interface Hit {
  conversationId: string;
  conversationTitle: string;
  messageId: string | null;
  excerpt: string;
  at: string;
}

const recentCount = 6;

/** Without words: what can be done, and the latest conversations. With words: what was found, and what can be done that they name. */
export function choiceGroups(
  text: string,
  hits: readonly Hit[],
  recent: readonly ConversationSummary[],
): ChoiceGroup[] {
  const words = text.trim().toLocaleLowerCase();
  const named = actions.filter((action) => action.title.toLocaleLowerCase().includes(words));
  const groups = words
    ? [
        { label: "Conversations", choices: hits.filter((hit) => hit.messageId === null).map(hitChoice) },
        { label: "Messages", choices: hits.filter((hit) => hit.messageId !== null).map(hitChoice) },
        { label: "Actions", choices: named },
      ]
    : [
        { label: "Actions", choices: [...actions] },
        { label: "Recent", choices: recent.slice(0, recentCount).map(recentChoice) },
      ];
  return groups.filter((group) => group.choices.length > 0);
}

const iconSize = 16;

const actions: readonly Choice[] = [
  {
    key: "new-chat",
    icon: <SquarePen size={iconSize} aria-hidden />,
    title: "New chat",
    choose: startNewChat,
  },
  {
    key: "switch-theme",
    icon: <SunMoon size={iconSize} aria-hidden />,
    title: "Switch theme",
    choose: switchTheme,
    staysOpen: true,
  },
  {
    key: "settings",
    icon: <Settings size={iconSize} aria-hidden />,
    title: "Settings",
    choose: () => window.location.assign("/settings"),
  },
];

function recentChoice({ id, title }: ConversationSummary): Choice {
  return {
    key: id,
    icon: <MessageSquare size={iconSize} aria-hidden />,
    title,
    choose: () => navigate(`/c/${id}`),
  };
}

/** A message found opens at that very message. */
function hitChoice({ conversationId, conversationTitle, messageId, excerpt, at }: Hit): Choice {
  const anchor = messageId ? `#m-${messageId}` : "";
  return {
    key: `${conversationId}${anchor}`,
    icon: <MessageSquare size={iconSize} aria-hidden />,
    title: messageId === null ? withMarks(conversationTitle, excerpt) : conversationTitle,
    excerpt: messageId === null ? undefined : withoutMarkup(excerpt),
    aside: new Date(at).toLocaleDateString("en", { day: "numeric", month: "short" }),
    choose: () => navigate(`/c/${conversationId}${anchor}`),
  };
}
