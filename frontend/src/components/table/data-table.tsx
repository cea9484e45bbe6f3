"use client";

import type { ReactNode } from "react";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly align?: "left" | "right";
  /** The row's name among its columns: rendered as its header cell. */
  readonly rowHeader?: boolean;
  /** Tailwind classes for the column's width, where its content must not decide. */
  readonly width?: string;
  /** Set where the reader may sort by this column. */
  readonly sort?: { readonly direction: "ascending" | "descending" | null; readonly toggle: () => void };
  readonly cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  className?: string;
}

const ARROWS = { ascending: "↑", descending: "↓" } as const;

const alignment = (column: { align?: "left" | "right" }) => (column.align === "right" ? "number" : "text-left");

function HeaderCell<Row>({ column }: { column: Column<Row> }) {
  const { sort } = column;
  const padding = "px-3 py-2 font-semibold text-muted";
  if (!sort) {
    return (
      <th scope="col" className={`${padding} ${alignment(column)} ${column.width ?? ""}`}>
        {column.header}
      </th>
    );
  }
  return (
    <th scope="col" aria-sort={sort.direction ?? "none"} className={`${alignment(column)} ${column.width ?? ""}`}>
      <button
        type="button"
        onClick={sort.toggle}
        className={`min-h-9 w-full cursor-pointer hover:text-text ${padding} ${alignment(column)}`}
      >
        {column.header}
        {sort.direction && (
          <span aria-hidden="true" className="text-accent">
            {`\u00a0${ARROWS[sort.direction]}`}
          </span>
        )}
      </button>
    </th>
  );
}

/** A native table that scrolls sideways inside its panel where the screen is narrow. */
export function DataTable<Row>({ caption, columns, rows, rowKey, className = "" }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={caption} tabIndex={0} className={`overflow-x-auto ${className}`}>
      <table className="w-full border-collapse">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-line border-b">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-line border-b last:border-b-0 hover:bg-surface-2">
              {columns.map((column) => {
                const Cell = column.rowHeader ? "th" : "td";
                return (
                  <Cell
                    key={column.id}
                    {...(column.rowHeader && { scope: "row" })}
                    className={`px-3 py-1.5 font-normal ${alignment(column)}`}
                  >
                    {column.cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
