import { html, type Markup } from './html.ts';

export type Cell = string | number | Markup | null | readonly (Markup | null)[];

/** A column: its head, and how its cells are set. */
export interface Column {
  readonly head: string;
  /** Set to the right, in figures of one width. */
  readonly number?: boolean;
}

export interface TableParts {
  readonly caption?: Markup | string;
  /** A string is a column of text. */
  readonly columns: readonly (Column | string)[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table as every page but the report has it: wide ones scroll by themselves. */
export function table({ caption, columns, rows }: TableParts): Markup {
  const all = columns.map((column) => (typeof column === 'string' ? { head: column } : column));
  return html`<div class="scroll" tabindex="0">
    <table>
      ${
        caption === undefined
          ? null
          : html`<caption>
              ${caption}
            </caption>`
      }
      <thead>
        <tr>
          ${all.map((column) => html`<th scope="col" ${classOf(column)}>${column.head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, i) => html`<td${classOf(all[i])}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function classOf({ number = false }: Column): Markup | null {
  return number ? html` class="number"` : null;
}

/** A word in the colour that it has everywhere: an outcome, a change, whether something bit. */
export function word(text: string, tone = text): Markup {
  return html`<span class="outcome ${tone.replaceAll(' ', '-')}">${text}</span>`;
}
