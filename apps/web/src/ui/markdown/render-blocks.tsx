import type { Token, Tokens } from "marked";
import { memo, type ReactNode } from "react";
import { CodeBlock } from "./code-block";
import { directionOf } from "./direction";
import { inOrder } from "./in-order";
import type { MathToken } from "./lexer";
import styles from "./markdown.module.css";
import { MathFormula } from "./math-formula";
import { renderInline } from "./render-inline";

const deepest = 24;

function renderBlocks(tokens: readonly Token[] | undefined, complete: boolean, depth = 0): ReactNode {
  return inOrder(tokens?.map((token) => renderBlock(token, complete, depth + 1)));
}

export function renderBlock(token: Token, complete: boolean, depth = 0): ReactNode {
  if (depth > deepest) return <p dir="auto">{token.raw}</p>;
  switch (token.type) {
    case "heading":
      return renderHeading(token as Tokens.Heading); // marked's generic token hides the type
    case "paragraph":
      return <p dir="auto">{renderInline(token.tokens)}</p>;
    case "text":
      return renderInline(token.tokens ?? [token]);
    case "list":
      return <List list={token as Tokens.List} complete={complete} depth={depth} />;
    case "blockquote":
      return <blockquote dir={directionOf(token.raw)}>{renderBlocks(token.tokens, complete, depth)}</blockquote>;
    case "code":
      return <CodeBlock code={token.text} language={token.lang ?? ""} complete={complete} />;
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "math":
      return <MathFormula source={(token as MathToken).text} display />;
    case "html":
      return (
        <p dir="auto" className={styles.asTyped}>
          {token.raw.trimEnd()}
        </p>
      );
    case "space":
    case "def":
    case "checkbox":
      return null;
    default:
      return <p dir="auto">{token.raw}</p>;
  }
}

/**
 * Below the page's own heading, and no level is skipped whatever an answer begins with: what is a title, a part or a
 * section looks different and is one level, what lies deeper the next.
 */
function renderHeading(token: Tokens.Heading): ReactNode {
  const Level = token.depth <= 3 ? "h2" : "h3";
  return (
    <Level dir="auto" data-depth={token.depth}>
      {renderInline(token.tokens)}
    </Level>
  );
}

function List({ list, complete, depth }: { list: Tokens.List; complete: boolean; depth: number }) {
  const items = inOrder(list.items.map((item) => renderItem(item, complete, depth)));
  if (!list.ordered) return <ul dir={directionOf(list.raw)}>{items}</ul>;
  return (
    <ol dir={directionOf(list.raw)} start={list.start === "" || list.start === 1 ? undefined : list.start}>
      {items}
    </ol>
  );
}

function renderItem(item: Tokens.ListItem, complete: boolean, depth: number): ReactNode {
  return <Item item={item} complete={complete} depth={depth} />;
}

interface ItemProps {
  item: Tokens.ListItem;
  complete: boolean;
  depth: number;
}

/** A long list is one block while it is written: its finished items must not render again with each word. */
const Item = memo(
  function Item({ item, complete, depth }: ItemProps) {
    return (
      <li className={item.task ? styles.task : undefined}>
        {item.task && (
          <input
            type="checkbox"
            checked={item.checked ?? false}
            disabled
            readOnly
            aria-label={item.checked ? "Done" : "To do"}
          />
        )}
        {renderBlocks(item.tokens, complete, depth)}
      </li>
    );
  },
  (before, after) =>
    before.item.raw === after.item.raw && before.item.loose === after.item.loose && before.complete === after.complete,
);

function Table({ table }: { table: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.tableScroller} aria-label="Table" tabIndex={0}>
      <table dir={directionOf(table.raw)}>
        <thead>
          <tr>{inOrder(table.header.map((cell) => renderCell("th", cell)))}</tr>
        </thead>
        <tbody>{inOrder(table.rows.map(renderRow))}</tbody>
      </table>
    </section>
  );
}

function renderRow(row: Tokens.TableCell[]): ReactNode {
  return <Row row={row} />;
}

const Row = memo(
  function Row({ row }: { row: Tokens.TableCell[] }) {
    return <tr>{inOrder(row.map((cell) => renderCell("td", cell)))}</tr>;
  },
  (before, after) =>
    before.row.length === after.row.length &&
    before.row.every((cell, index) => cell.text === after.row[index]?.text && cell.align === after.row[index]?.align),
);

function renderCell(Cell: "th" | "td", cell: Tokens.TableCell): ReactNode {
  return (
    <Cell dir={directionOf(cell.text)} data-align={cell.align ?? undefined}>
      {renderInline(cell.tokens)}
    </Cell>
  );
}
