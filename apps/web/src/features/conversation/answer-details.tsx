import type { TurnSummary, Usage } from "@holdfast/contract";
import styles from "./message-log.module.css";

/** What the answer took, for those who ask. */
export function AnswerDetails({ turn, modelName }: { turn: TurnSummary; modelName: string }) {
  const { usage, startedAt, endedAt } = turn;
  const parts = [
    modelName,
    usage && tokens(usage),
    usage?.cost != null && `${usage.estimated ? "about " : ""}${dollars(usage.cost)}`,
    endedAt && seconds(startedAt, endedAt),
  ];
  return <small className={styles.details}>{parts.filter(Boolean).join(" · ")}</small>;
}

function tokens({ inputTokens, outputTokens, estimated }: Usage): string {
  const [read, written] = [inputTokens, outputTokens].map((count) => count.toLocaleString("en"));
  return `${estimated ? "about " : ""}${read} tokens read, ${written} written`;
}

function dollars(cost: number): string {
  return new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 2 }).format(cost);
}

function seconds(from: string, to: string): string {
  return `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
}
