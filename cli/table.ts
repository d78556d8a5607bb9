/** How a table is laid out. */
export interface TableOptions {
  /** Columns whose cells are aligned to the right, from 0. */
  readonly right?: readonly number[];
  /** Spaces before each row. */
  readonly indent?: number;
}

const GAP = '  ';

/** Rows of cells as lines of text, in columns as wide as their longest cell. Rows may have fewer cells than others. */
export function table(rows: ReadonlyArray<readonly string[]>, { right = [], indent = 0 }: TableOptions = {}): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => { widths[column] = Math.max(widths[column] ?? 0, cell.length); });
  const align = (cell: string, column: number) => (right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  return rows.map((row) => `${' '.repeat(indent)}${row.map(align).join(GAP)}`.trimEnd()).join('\n');
}
