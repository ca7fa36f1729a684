/** A column of a table of text. */
export interface Column<Row> {
  readonly head: string;
  readonly widthChars: number;
  readonly cell: (row: Row) => string;
}

export function headLine<Row>(columns: readonly Column<Row>[]): string {
  return columns.map(({ head, widthChars }, index) => pad(head, widthChars, index)).join('  ');
}

export function rowLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  return columns.map(({ cell, widthChars }, index) => pad(cell(row), widthChars, index)).join('  ');
}

/** Names to the left, figures to the right. */
function pad(text: string, widthChars: number, index: number): string {
  return index === 0 ? text.padEnd(widthChars) : text.padStart(widthChars);
}

/** A figure with `digits` behind the point; a dash where there is none. */
export function figure(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}
