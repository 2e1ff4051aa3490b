"use client";

import { isBlank, limits, type Person, truncate } from "@holdfast/contract";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTRPC } from "@/trpc/client";
import { conversationListInput } from "@/trpc/conversation-cache";
import { type ConversationPages, loadedConversations } from "@/trpc/conversation-pages";
import { classNames } from "@/ui/class-names";
import { Dialog } from "@/ui/dialog";
import { VisuallyHidden } from "@/ui/visually-hidden";
import { markedParts } from "./marked-parts";
import { type Choice, type ChoiceGroup, choiceGroups, type Hit } from "./search-choices";
import styles from "./search-dialog.module.css";
import { useDebounced } from "./use-debounced";

interface SearchDialogProps {
  person: Person | null;
  /** What was typed before this could open. */
  typedMeanwhile(): string;
  onClose(): void;
}

export default function SearchDialog({ person, typedMeanwhile, onClose }: SearchDialogProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [activeIndex, setActiveIndex] = useState(0);
  const [isEnterDue, setEnterDue] = useState(false);
  const { hits, isSearching, failure } = useHits(person, text);
  const recent = useRecent();
  const groups = useMemo(() => choiceGroups(text, hits, recent), [text, hits, recent]);
  const choices = groups.flatMap((group) => group.choices);
  const active = choices[Math.min(activeIndex, choices.length - 1)];
  const list = useRef<HTMLDivElement>(null);

  // Not as the first state: between its rendering and its opening there may be one more key.
  useLayoutEffect(() => setText(truncate(typedMeanwhile(), limits.searchLength)), [typedMeanwhile]);

  useEffect(() => {
    if (active) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function choose(choice: Choice) {
    // First, so that the focus goes back before it goes on.
    if (!choice.staysOpen) onClose();
    choice.choose();
  }

  // Enter means the first of what belongs to these words, and that may be on its way.
  useEffect(() => {
    if (!isEnterDue || isSearching) return;
    setEnterDue(false);
    if (active) choose(active);
  });

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const last = choices.length - 1;
    setEnterDue(event.key === "Enter" && isSearching);
    if (event.key === "ArrowDown") setActiveIndex(activeIndex >= last ? 0 : activeIndex + 1);
    else if (event.key === "ArrowUp") setActiveIndex(activeIndex <= 0 ? last : activeIndex - 1);
    else if (event.key === "Enter" && active && !isSearching) choose(active);
    else return;
    event.preventDefault();
  }

  const isEmpty = !isBlank(text) && hits.length === 0 && !isSearching;
  return (
    <Dialog aria-label="Search conversations" placement="top" className={styles.dialog} onClose={onClose}>
      <div className={styles.field}>
        <Search size={18} aria-hidden />
        <input
          role="combobox"
          aria-label="Search"
          aria-expanded={choices.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active && `${id}-${active.key}`}
          placeholder="Titles and messages"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          autoFocus
          value={text}
          onChange={(event) => {
            setText(truncate(event.target.value, limits.searchLength));
            setActiveIndex(0);
            setEnterDue(false);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className={styles.list}>
        {groups.map((group) => (
          <Group key={group.label} id={id} group={group} active={active} onChoose={choose} />
        ))}
      </div>
      <VisuallyHidden role="status">
        {isBlank(text) || isSearching || failure ? "" : `${hits.length} found`}
      </VisuallyHidden>
      {(isEmpty || failure) && <p className={styles.nothing}>{failure ?? `Nothing holds “${text.trim()}”.`}</p>}
    </Dialog>
  );
}

interface GroupProps {
  id: string;
  group: ChoiceGroup;
  active: Choice | undefined;
  onChoose(choice: Choice): void;
}

function Group({ id, group, active, onChoose }: GroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is not allowed in a listbox.
    <div role="group" aria-label={group.label} className={styles.group}>
      <div aria-hidden className={styles.heading}>
        {group.label}
      </div>
      {group.choices.map((choice) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the combobox's.
        <div
          key={choice.key}
          id={`${id}-${choice.key}`}
          role="option"
          tabIndex={-1}
          aria-selected={choice === active}
          className={classNames(styles.option, choice === active && styles.active)}
          onClick={() => onChoose(choice)}
          // The focus stays in the field.
          onMouseDown={(event) => event.preventDefault()}
        >
          {choice.icon}
          <div className={styles.words}>
            <div className={styles.title} dir="auto">
              <Excerpt text={choice.title} />
            </div>
            {choice.excerpt && (
              <div className={styles.excerpt} dir="auto">
                <Excerpt text={choice.excerpt} />
              </div>
            )}
          </div>
          {choice.aside && <span className={styles.aside}>{choice.aside}</span>}
        </div>
      ))}
    </div>
  );
}

function Excerpt({ text }: { text: string }) {
  return markedParts(text).map((part, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have nothing but their order.
    part.isMatch ? <mark key={at}>{part.text}</mark> : <span key={at}>{part.text}</span>,
  );
}

const debounceMs = 90;
const noHits: Hit[] = [];

/** What is found now: read anew each time, for what was deleted is gone. A query that was typed over is cancelled. */
function useHits(person: Person | null, text: string) {
  const trpc = useTRPC();
  const words = useDebounced(text.trim(), debounceMs);
  const isAsked = person !== null && words !== "";
  const { data, isFetching, isPlaceholderData, error } = useQuery(
    trpc.search.find.queryOptions(
      { text: words, limit: limits.searchPage.default },
      {
        enabled: isAsked,
        staleTime: 0,
        gcTime: 0,
        placeholderData: keepPreviousData,
        trpc: { abortOnUnmount: true },
      },
    ),
  );
  const isWanted = person !== null && text.trim() !== "";
  // Without a connection those of the words before would stay for good.
  const isLeftOver = isPlaceholderData && !isFetching;
  const hits = isAsked && isWanted && !isLeftOver ? (data ?? noHits) : noHits;
  const isSearching = isWanted && (isFetching || words !== text.trim());
  return {
    hits,
    isSearching,
    failure: isAsked && error ? "The search cannot be reached. Try again in a moment." : null,
  };
}

/** As the sidebar has them. */
function useRecent() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const key = trpc.conversation.list.infiniteQueryKey(conversationListInput);
  const data = queries.getQueryData<ConversationPages>(key);
  return useMemo(() => loadedConversations(data), [data]);
}
