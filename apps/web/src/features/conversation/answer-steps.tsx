import type { AnswerStep } from "@holdfast/contract";
import { Markdown } from "@/ui/markdown/markdown";
import styles from "./message-log.module.css";
import { ToolCallGroup } from "./tool-call-group";

/** What was said and done, round by round. */
export function AnswerSteps({ steps, busy }: { steps: readonly AnswerStep[]; busy: boolean }) {
  return steps.map((step, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a step's place in the answer is what it is
    <div key={index} className={styles.step}>
      {step.content !== "" && (
        <Markdown text={step.content} streaming={busy && index === steps.length - 1 && step.toolCalls.length === 0} />
      )}
      {step.toolCalls.map((call) => (
        <ToolCallGroup key={call.id} call={call} />
      ))}
    </div>
  ));
}
