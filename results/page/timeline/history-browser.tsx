import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Operations } from '../../operations.ts';
import type { PageData } from '../../page-data.ts';
import { extent, type Span } from '../../performance.ts';
import { count, plural, text } from '../format.ts';
import { OperationTable } from '../operation-table.tsx';
import { witnessOperations } from '../witness-layout.ts';
import { Canvas } from './canvas.tsx';
import { Details } from './details.tsx';
import { arrange, type Grouping } from './rows.ts';
import { search, SEARCH_HELP } from './search.ts';

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly shown: { readonly event: number } | null;
  readonly place: RefObject<HTMLElement | null>;
}

export function HistoryBrowser({ data, ops, shown, place }: Props) {
  return (
    <section id="history" ref={place} aria-labelledby="history-title">
      <h2 id="history-title">
        History <span class="quiet">{plural(data.counts.operations, 'operation')}, every one of them</span>
      </h2>
      {ops ? (
        ops.count > 0 && <Browser data={data} ops={ops} shown={shown} />
      ) : (
        <p class="quiet">Unpacking the history …</p>
      )}
    </section>
  );
}

const NONE = new Int32Array(0);
const PAGE = 25;
const NEIGHBOURS = 5;
const NARROWEST = 1000;

function Browser({
  data,
  ops,
  shown,
}: {
  readonly data: PageData;
  readonly ops: Operations;
  readonly shown: Props['shown'];
}) {
  const whole = useMemo(() => extent(ops), [ops]);
  const [span, setSpan] = useState<Span>(whole);
  const [by, setBy] = useState<Grouping>('process');
  const [selected, setSelected] = useState(-1);
  const [query, setQuery] = useState('');
  const rows = useMemo(
    () => arrange(ops, by, (id) => (by === 'key' ? text(ops.keys, id) : text(ops.nodes, id))),
    [ops, by],
  );
  const found = useMemo(() => (query.trim() ? search(ops, query) : NONE), [ops, query]);
  const foundSet = useMemo(() => new Set(found), [found]);
  const witnesses = useMemo(
    () => new Set(data.anomalies.flatMap((a) => witnessOperations(ops, a.witness))),
    [data, ops],
  );
  const stops = useMemo(() => [...witnesses].sort((a, b) => a - b), [witnesses]);

  /** Selects an operation and brings it into sight, with some of what happened around it. */
  const visit = (o: number): void => {
    setSelected(o);
    // As much time around it as some neighbours in the history need.
    const near = [Math.max(0, o - NEIGHBOURS), Math.min(ops.count - 1, o + NEIGHBOURS)];
    const room = Math.max(
      NARROWEST,
      ops.start[near[1]] - ops.start[near[0]],
      (ops.end[o] - ops.start[o]) * 4,
    );
    if (ops.start[o] < span.from || ops.end[o] > span.to || span.to - span.from > room * 20)
      setSpan(within(whole, { from: ops.start[o] - room, to: ops.end[o] + room }));
  };
  const step = (among: ArrayLike<number>, direction: 1 | -1): void => {
    const list = Array.from(among);
    if (list.length === 0) return;
    const next = direction > 0 ? list.find((o) => o > selected) : list.findLast((o) => o < selected);
    visit(next ?? (direction > 0 ? list[0] : list[list.length - 1]));
  };
  useEffect(() => {
    if (shown && shown.event < ops.events && ops.ofEvent[shown.event] >= 0) visit(ops.ofEvent[shown.event]);
  }, [shown]);
  const zoom = (factor: number, around = (span.from + span.to) / 2): void =>
    setSpan(
      within(whole, {
        from: around - (around - span.from) * factor,
        to: around + (span.to - around) * factor,
      }),
    );
  const pan = (part: number): void => {
    const by = (span.to - span.from) * part;
    setSpan(shifted(whole, span, by));
  };
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="History">
        <label>
          Lanes by{' '}
          <select value={by} onChange={(e) => setBy(e.currentTarget.value as Grouping)}>
            <option value="process">process</option>
            <option value="key">key</option>
            <option value="node">node</option>
          </select>
        </label>
        <label class="grow">
          <span class="hidden">Search the history</span>
          <input
            type="search"
            placeholder={`Search: ${SEARCH_HELP}`}
            value={query}
            onInput={(e) => setQuery(e.currentTarget.value)}
            onKeyDown={(e) => e.key === 'Enter' && step(found, e.shiftKey ? -1 : 1)}
          />
        </label>
        {query.trim() && (
          <span class="group">
            <span role="status">{count(found.length)} found</span>
            <button type="button" disabled={found.length === 0} onClick={() => step(found, -1)}>
              previous
            </button>
            <button type="button" disabled={found.length === 0} onClick={() => step(found, 1)}>
              next
            </button>
          </span>
        )}
        {stops.length > 0 && (
          <span class="group">
            <button type="button" onClick={() => step(stops, -1)} aria-label="Previous witness">
              ‹ witness
            </button>
            <button type="button" onClick={() => step(stops, 1)} aria-label="Next witness">
              witness ›
            </button>
          </span>
        )}
        <span class="group">
          <button type="button" onClick={() => zoom(2)} aria-label="Zoom out">
            −
          </button>
          <button type="button" onClick={() => zoom(0.5)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => setSpan(whole)}>
            whole run
          </button>
        </span>
      </div>
      <Canvas
        {...{ ops, rows, by, span, selected, witnesses }}
        found={foundSet}
        faults={data.faults}
        onZoom={zoom}
        onPan={pan}
        onSelect={setSelected}
        onWhole={() => setSpan(whole)}
        onWitness={(direction) => step(stops, direction)}
      />
      {selected >= 0 && <Details ops={ops} o={selected} anomalies={data.anomalies} />}
      <Listing
        ops={ops}
        span={span}
        found={query.trim() ? found : null}
        show={(event) => visit(ops.ofEvent[event])}
      />
    </>
  );
}

interface ListingProps {
  readonly ops: Operations;
  readonly span: Span;
  /** What a search found, or null when nothing is searched: then the table has what is in sight. */
  readonly found: Int32Array | null;
  readonly show: (event: number) => void;
}

/** The text beside the canvas. It looks for its rows only while it is open. */
function Listing({ ops, span, found, show }: ListingProps) {
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState(0);
  const list = useMemo(() => (open ? (found ?? inSight(ops, span)) : NONE), [open, found, ops, span]);
  useEffect(() => setPage(0), [list]);
  const last = Math.min(list.length, (page + 1) * PAGE);
  return (
    <details class="listing" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{found ? 'What was found, as a table' : 'What is in sight, as a table'}</summary>
      {open && (
        <>
          <OperationTable ops={ops} rows={Array.from(list.subarray(page * PAGE, last))} show={show} />
          <p class="toolbar">
            <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
              previous {PAGE}
            </button>
            <span>
              {count(Math.min(list.length, page * PAGE + 1))}–{count(last)} of {count(list.length)}
            </span>
            <button type="button" disabled={last >= list.length} onClick={() => setPage(page + 1)}>
              next {PAGE}
            </button>
          </p>
        </>
      )}
    </details>
  );
}

/** Operations of which some part lies in the span, in order of invocation. */
function inSight(ops: Operations, span: Span): Int32Array {
  if (span.from <= ops.start[0] && span.to >= ops.duration)
    return Int32Array.from({ length: ops.count }, (_, o) => o);
  const seen: number[] = [];
  for (let o = 0; o < ops.count; o++) if (ops.start[o] <= span.to && ops.end[o] >= span.from) seen.push(o);
  return Int32Array.from(seen);
}

/** `span`, not narrower than a microsecond and not beyond the run. */
function within(whole: Span, span: Span): Span {
  const width = Math.min(whole.to - whole.from, Math.max(NARROWEST, span.to - span.from));
  const middle = (span.from + span.to) / 2;
  return shifted(whole, { from: middle - width / 2, to: middle + width / 2 }, 0);
}

function shifted(whole: Span, span: Span, by: number): Span {
  const width = span.to - span.from;
  const from = Math.min(Math.max(whole.from, span.from + by), whole.to - width);
  return { from, to: from + width };
}
