"use client";

import type { ConversationSummary, Person } from "@holdfast/contract";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { askAgainAfter, useTRPC, whileFailing } from "@/trpc/client";
import { conversationListInput } from "@/trpc/conversation-cache";
import { type ConversationPage, loadedConversations, withOpen } from "@/trpc/conversation-pages";
import { OnDemand, onDemand } from "@/ui/on-demand";
import styles from "./conversation-list.module.css";
import { ConversationRow } from "./conversation-row";
import { type Beginnings, groupByDate } from "./date-groups";
import { moveBetweenLinks } from "./move-between-links";
import { useActiveRow } from "./use-active-row";
import { useBeginnings } from "./use-beginnings";
import { useConversationActions } from "./use-conversation-actions";
import { useKeptFocus } from "./use-kept-focus";
import { type RowRange, useVisibleRows } from "./use-visible-rows";

const deleteDialogCode = onDemand(() => import("./delete-conversation-dialog"));

export interface ConversationListProps {
  /** False where it is not known who is here: then nothing is said of them. */
  isAvailable: boolean;
  person: Person | null;
  initialList: ConversationPage | null;
  initialPinned: ConversationSummary[] | null;
  /** The conversation that is open, or null on /new. */
  openId: string | null;
  /** In the person's time zone as far as the server knows it, for the first paint. */
  initialBeginnings: Beginnings;
}

/** All conversations, however many: pages are read as they are scrolled to, and only rows in sight are in the document. */
export function ConversationList({
  isAvailable,
  person,
  initialList,
  initialPinned,
  openId,
  initialBeginnings,
}: ConversationListProps) {
  const { pinned, conversations, loadMore, isEmpty } = useConversations(person, initialList, initialPinned, openId);
  const beginnings = useBeginnings(initialBeginnings);
  const latest = useMemo(() => {
    const dated = groupByDate(conversations, beginnings);
    return pinned.length > 0 ? [{ label: "Pinned", items: pinned }, ...dated] : dated;
  }, [conversations, pinned, beginnings]);
  const { active, groups, begin, end } = useActiveRow(latest);

  const scroller = useRef<HTMLElement>(null);
  const { ranges, isNearEnd } = useVisibleRows(
    scroller,
    groups.map((group) => group.items.length),
  );
  useKeptFocus(scroller);
  useEffect(() => {
    if (isNearEnd) loadMore();
  }, [isNearEnd, loadMore]);

  useEffect(() => {
    if (openId) scroller.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [openId]);

  const [deleting, setDeleting] = useState<ConversationSummary | null>(null);
  const order = useRef<ConversationSummary[]>([]);
  useEffect(() => {
    order.current = groups.flatMap((group) => group.items);
  }, [groups]);
  const actions = useConversationActions(openId, order);

  return (
    // Focusable, so that the focus has a place to stay when the row that had it leaves the document.
    <nav ref={scroller} aria-label="Conversations" className={styles.list} tabIndex={-1} onKeyDown={moveBetweenLinks}>
      {isAvailable && isEmpty && <p className={styles.empty}>Your conversations will be kept here.</p>}
      {groups.map((group, at) => (
        <Group
          key={group.label}
          label={group.label}
          count={group.items.length}
          range={ranges[at]}
          kept={group.items.flatMap(({ id }, index) => (id === openId || id === active?.id ? [index] : []))}
        >
          {(index, rowsBefore) => {
            const conversation = group.items[index];
            if (!conversation) return null;
            return (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isOpen={conversation.id === openId}
                rowsBefore={rowsBefore}
                position={index + 1}
                count={group.items.length}
                activity={conversation.id === active?.id ? active.activity : null}
                refusedTitle={actions.refusedTitles.get(conversation.id) ?? null}
                onBegin={begin}
                onEnd={end}
                onRename={actions.rename}
                onPin={actions.setPinned}
                onDelete={setDeleting}
              />
            );
          }}
        </Group>
      ))}
      {deleting && (
        <OnDemand
          code={deleteDialogCode}
          props={{
            title: deleting.title,
            onClose: () => setDeleting(null),
            onConfirm: () => {
              setDeleting(null);
              void actions.remove(deleting); // tells of its failure itself
            },
          }}
        />
      )}
    </nav>
  );
}

interface GroupProps {
  label: string;
  count: number;
  range: RowRange | undefined;
  /** The places of rows that are in the document wherever they are, in their order. */
  kept: readonly number[];
  /** `rowsBefore` of them, in a row, are not drawn. */
  children(index: number, rowsBefore: number): ReactNode;
}

function Group({ label, count, range = { first: 0, end: 0 }, kept, children }: GroupProps) {
  const drawn = [
    ...kept.filter((index) => index < range.first),
    ...Array.from({ length: range.end - range.first }, (_, at) => range.first + at),
    ...kept.filter((index) => index >= range.end),
  ];
  const rows = drawn.map((index, at) => children(index, index - (drawn[at - 1] ?? -1) - 1));
  const style = { paddingBlockEnd: `calc(var(--row) * ${count - 1 - (drawn.at(-1) ?? -1)})` };
  return (
    <section aria-label={label}>
      <h2 className={styles.heading}>{label}</h2>
      <ul style={style}>{rows}</ul>
    </section>
  );
}

function useConversations(
  person: Person | null,
  initialList: ConversationPage | null,
  initialPinned: ConversationSummary[] | null,
  openId: string | null,
) {
  const trpc = useTRPC();
  const { data: open } = useQuery(trpc.conversation.find.queryOptions({ id: openId ?? "" }, { enabled: false }));
  const list = useInfiniteQuery(
    trpc.conversation.list.infiniteQueryOptions(conversationListInput, {
      enabled: person !== null,
      initialCursor: null,
      initialData: initialList ? { pages: [initialList], pageParams: [null] } : undefined,
      getNextPageParam: (page) => page.nextCursor,
      // Of a page that did not come only that one is asked for again, below.
      refetchInterval: (query) => !query.state.fetchMeta?.fetchMore && whileFailing(query),
      // Comparing thousands of rows in depth costs more than drawing the few in sight.
      structuralSharing: false,
    }),
  );
  const pinnedQuery = useQuery(
    trpc.conversation.pinned.queryOptions(undefined, {
      enabled: person !== null,
      initialData: initialPinned ?? undefined,
    }),
  );

  const { data, hasNextPage, isFetching, isError, isFetchNextPageError, error, fetchNextPage } = list;
  const conversations = useMemo(
    () => withOpen(loadedConversations(data), open).filter((conversation) => conversation.pinnedAt === null),
    [data, open],
  );
  const pinned = pinnedQuery.data ?? noConversations;
  const canLoadMore = hasNextPage && !isFetching && !isError;
  const loadMore = useMemo(
    () => () => {
      if (canLoadMore) void fetchNextPage(); // its failure is in the query's state
    },
    [canLoadMore, fetchNextPage],
  );
  const isNextDue = isFetchNextPageError && !isFetching;
  useEffect(() => {
    if (!isNextDue) return;
    const timer = askAgainAfter(error, () => void fetchNextPage()); // its failure is in the query's state
    return () => clearTimeout(timer);
  }, [isNextDue, error, fetchNextPage]);
  const isEmpty = conversations.length === 0 && pinned.length === 0 && (person === null || list.isSuccess);
  return { conversations, pinned, loadMore, isEmpty };
}

const noConversations: ConversationSummary[] = [];
