import type { Template } from '../template';
import type { Load } from './load';
import type { Usage } from './usage';
import { CommandError } from '../../cli/command';

/** One thing that is paid for. */
export interface CostLine {
  readonly what: string;
  readonly quantity: string;
  /** US dollars a month while nobody does anything. */
  readonly idle: number;
  /** US dollars a month more, by what people do. */
  readonly use: number;
}

/** What the resources of a type cost. */
export type Pricer = (template: Template, usage: Usage, load: Load) => CostLine[];

/** A line that costs the same whatever people do. */
export function standing(what: string, quantity: string, idle: number): CostLine {
  return { what, quantity, idle, use: 0 };
}

/** `1 node`, `2 nodes`. */
export function count(n: number, noun: string): string {
  return `${amount(n)} ${noun}${n === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** A number with at most three digits that count, and commas between thousands. */
export function amount(n: number): string {
  return n >= 100 ? Math.round(n).toLocaleString('en-US') : Number(n.toPrecision(3)).toString();
}

/** A price for a name that a template gives; the reader is told where a missing one belongs. */
export function priceOf(prices: Readonly<Record<string, number>>, name: string, what: string): number {
  const price = prices[name];
  if (price === undefined) throw new CommandError(`${what} must be one that tools/cost/prices.ts has a price for, got: ${name}`);
  return price;
}
