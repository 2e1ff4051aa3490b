"use client";

import type { ConversationSummary, Person, Task } from "@holdfast/contract";
import { useQueryClient } from "@tanstack/react-query";
import { ListChecks, Menu } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Beginnings } from "@/features/sidebar/date-groups";
import { Sidebar } from "@/features/sidebar/sidebar";
import { useInitialTasks } from "@/features/tasks/initial-tasks";
import { useTRPC } from "@/trpc/client";
import type { ConversationPage } from "@/trpc/conversation-pages";
import { useConversationSync } from "@/trpc/conversation-sync";
import type { SessionEnd } from "@/trpc/live/feed";
import { LiveProvider } from "@/trpc/live/live-provider";
import { usePerson } from "@/trpc/person";
import { focusComposer } from "@/ui/focus-composer";
import { IconButton } from "@/ui/icon-button";
import { Notices } from "@/ui/notices";
import { OnDemand, onDemand } from "@/ui/on-demand";
import { cookieNames, type Preferences } from "@/ui/preferences";
import { useLatest } from "@/ui/use-latest";
import styles from "./chat-shell.module.css";
import { ShellContext } from "./shell-context";
import { SignedOutNotice } from "./signed-out-notice";
import { useDialogOnItsWay } from "./use-dialog-on-its-way";
import { useFocusThatFollows, useFocusThatReturns } from "./use-focus-that-follows";
import { useGlobalKeys } from "./use-global-keys";
import { useOpenId } from "./use-open-id";
import { usePanel } from "./use-panel";
import { useRememberedTimeZone } from "./use-time-zone";

const tasksPanelCode = onDemand(() => import("@/features/tasks/tasks-panel"));

const loadSearch = () => import("@/features/search/search-dialog");
const searchDialogCode = onDemand(loadSearch);
/** At the first sign that it is about to be asked for. Failing, it is loaded when it is. */
const prepareSearch = () => void loadSearch().catch(() => {});
const helpDialogCode = onDemand(() => import("@/features/help/help-dialog"));

interface ChatShellProps {
  /** Whether the database answered: otherwise nobody knows who is here, and what they have. */
  isAvailable: boolean;
  person: Person | null;
  list: ConversationPage | null;
  pinned: ConversationSummary[] | null;
  tasks: Task[] | null;
  preferences: Preferences;
  beginnings: Beginnings;
  isApple: boolean;
  children: ReactNode;
}

/** The chat of whoever is here, kept up with what happens elsewhere. */
export function ChatShell({ person: initialPerson, ...rest }: ChatShellProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const person = usePerson(initialPerson);
  const latestPerson = useLatest(person);
  const [ended, setEnded] = useState<Person | null>(null);
  const isSignedOut = ended !== null && (person === null || person.id === ended.id);
  const onSessionEnd = useCallback(
    (end: SessionEnd) => {
      // What is shown here is not theirs.
      if (end === "another-person") return window.location.assign("/");
      setEnded(latestPerson.current);
      // Nobody can sign in as a guest again: from here on they are a visitor, whose first action makes a new one.
      if (latestPerson.current?.isGuest) queryClient.setQueryData(trpc.account.me.queryKey(), null);
    },
    [latestPerson, trpc, queryClient],
  );
  return (
    <LiveProvider userId={isSignedOut ? null : (person?.id ?? null)} onSessionEnd={onSessionEnd}>
      {isSignedOut && <SignedOutNotice wasGuest={ended.isGuest} />}
      <Frame {...rest} person={person} />
    </LiveProvider>
  );
}

/** Sidebar, screen and tasks side by side, with the keys and dialogs that belong to none of them. */
function Frame({
  isAvailable,
  person,
  list,
  pinned,
  tasks,
  preferences,
  beginnings,
  isApple,
  children,
}: ChatShellProps) {
  const openId = useOpenId();
  const sidebar = usePanel(preferences.sidebarOpen, cookieNames.sidebar, "(max-width: 720px)");
  const tasksPanel = usePanel(preferences.tasksOpen, cookieNames.tasks, "(max-width: 960px)");
  const [dialog, setDialog] = useState<"search" | "help" | null>(null);
  const side = useRef<HTMLDivElement>(null);
  const middle = useRef<HTMLElement>(null);
  const tasksButton = useRef<HTMLButtonElement>(null);

  useConversationSync();
  useInitialTasks(tasks);
  useRememberedTimeZone(preferences.timeZone);
  const typedMeanwhile = useDialogOnItsWay(dialog, () => setDialog(null));
  useGlobalKeys({
    onModifier: prepareSearch,
    onSearch: () => setDialog("search"),
    onHelp: () => setDialog("help"),
    onToggleSidebar: sidebar.toggle,
  });
  useFocusThatFollows(sidebar, side, middle);
  useFocusThatReturns(tasksPanel, tasksButton, middle);

  const { closeDrawer } = sidebar;
  useEffect(() => {
    void openId; // going to another address is what closes it
    closeDrawer();
  }, [openId, closeDrawer]);

  const areTasksShown = tasksPanel.isDocked || tasksPanel.isDrawn;
  const header = useMemo(
    () => ({
      headerStart: (
        <IconButton label="Open sidebar" className={styles.openSidebar} onClick={sidebar.toggle}>
          <Menu size={18} aria-hidden />
        </IconButton>
      ),
      headerEnd: (
        <button
          ref={tasksButton}
          type="button"
          className={styles.tasksButton}
          aria-expanded={areTasksShown}
          onClick={tasksPanel.toggle}
        >
          <ListChecks size={18} aria-hidden />
          Tasks
        </button>
      ),
    }),
    [sidebar.toggle, tasksPanel.toggle, areTasksShown],
  );

  return (
    <ShellContext value={header}>
      <div
        className={styles.shell}
        data-sidebar={sidebar.isDocked ? "docked" : "closed"}
        data-sidebar-drawn={sidebar.isDrawn || undefined}
        data-tasks-drawn={tasksPanel.isDrawn || undefined}
        data-tasks={tasksPanel.isDocked ? "docked" : "closed"}
      >
        <button type="button" className={styles.skip} onClick={focusComposer}>
          Skip to the message box
        </button>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a drawer has served when a link in it was followed, whichever */}
        <div ref={side} className={styles.side} onClick={(event) => isLink(event.target) && sidebar.closeDrawer()}>
          <Sidebar
            isAvailable={isAvailable}
            person={person}
            initialList={list}
            initialPinned={pinned}
            openId={openId}
            initialBeginnings={beginnings}
            isApple={isApple}
            onSearch={() => setDialog("search")}
            onNearSearch={prepareSearch}
            onClose={sidebar.toggle}
          />
        </div>
        <main ref={middle} className={styles.main} inert={sidebar.isDrawn || tasksPanel.isDrawn}>
          {children}
        </main>
        {areTasksShown && (
          <div className={styles.tasks}>
            <OnDemand
              code={tasksPanelCode}
              props={{ person, isDrawn: tasksPanel.isDrawn, onClose: tasksPanel.toggle }}
            />
          </div>
        )}
        <div
          className={styles.veil}
          onPointerDown={() => {
            sidebar.closeDrawer();
            tasksPanel.closeDrawer();
          }}
        />
      </div>
      <Notices />
      {dialog === "search" && (
        <OnDemand code={searchDialogCode} props={{ person, typedMeanwhile, onClose: () => setDialog(null) }} />
      )}
      {dialog === "help" && <OnDemand code={helpDialogCode} props={{ isApple, onClose: () => setDialog(null) }} />}
    </ShellContext>
  );
}

function isLink(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a[href]") !== null;
}
