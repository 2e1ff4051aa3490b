"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { useCallback, useMemo, useState } from "react";
import { useLatest } from "@/ui/use-latest";

export interface ConversationGroup {
  label: string;
  items: readonly ConversationSummary[];
}

/** What a row may be, beside shown. */
export type RowActivity = "menu" | "renaming";

interface ActiveRow {
  id: string;
  activity: RowActivity;
  /** The groups as they were when it began. */
  places: readonly ConversationGroup[];
}

/**
 * The one row that is being renamed, or whose menu is open. Until that is over rows keep their places and new ones wait, but
 * for those that scrolling loads: nothing moves under a hand, and no row leaves the document with what is being typed in it.
 */
export function useActiveRow(groups: readonly ConversationGroup[]) {
  const latest = useLatest(groups);
  const [active, setActive] = useState<ActiveRow | null>(null);
  const begin = useCallback(
    (id: string, activity: RowActivity) => {
      setActive({ id, activity, places: latest.current });
    },
    [latest],
  );
  /** Ends this activity only: a menu that closes late does not end the renaming that was chosen in it. */
  const end = useCallback((id: string, activity: RowActivity) => {
    setActive((now) => (now?.id === id && now.activity === activity ? null : now));
  }, []);
  const places = active?.places;
  const shown = useMemo(() => (places ? inPlaces(places, groups) : groups), [places, groups]);
  if (active && !shown.some(({ items }) => items.some(({ id }) => id === active.id))) setActive(null);
  return { active, groups: shown, begin, end };
}

/** What the groups have now, where it was; what has been loaded since follows at the end. */
export function inPlaces(
  places: readonly ConversationGroup[],
  groups: readonly ConversationGroup[],
): readonly ConversationGroup[] {
  const now = new Map(groups.flatMap(({ items }) => items.map((item) => [item.id, item])));
  const known = new Set(places.flatMap(({ items }) => items.map(({ id }) => id)));
  const held = places.map(({ label, items }) => ({ label, items: items.flatMap(({ id }) => now.get(id) ?? []) }));
  const lastKnown = groups.findLastIndex(({ items }) => items.some(({ id }) => known.has(id)));
  groups.slice(Math.max(lastKnown, 0)).forEach(({ label, items }) => {
    const loaded = items.slice(items.findLastIndex(({ id }) => known.has(id)) + 1);
    const group = held.find((one) => one.label === label);
    if (group) group.items.push(...loaded);
    else held.push({ label, items: loaded });
  });
  return held.filter(({ items }) => items.length > 0);
}
