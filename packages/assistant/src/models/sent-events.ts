/** Events as a provider sends them, for tests. */
export const text = (content: string): string =>
  `data: ${JSON.stringify({ id: "a", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

export const toolCall = `data: {"choices":[{"index":0,"delta":{"content":"","tool_calls":[{"index":0,"id":"1"}]}}]}\n\n`;

export const finish = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;

/** The text of the events, and the events that are something else, in order. */
export function meaning(events: string): string[] {
  const parts: string[] = [];
  for (const event of events.split("\n\n").filter((one) => one !== "")) {
    const said = event.startsWith("data: {") ? JSON.parse(event.slice(6)).choices[0] : null;
    const isText = said && !said.finish_reason && said.delta.content;
    if (isText && parts.at(-1)?.startsWith("text ")) parts[parts.length - 1] += said.delta.content;
    else parts.push(isText ? `text ${said.delta.content}` : event);
  }
  return parts;
}
