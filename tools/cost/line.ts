import type { Template } from '../template';
import type { Load } from './load';
import type { Usage } from './usage';
import { CommandError } from '../../cli/command';

/** A line of the estimate. */
export interface CostLine {
  readonly what: string;
  readonly quantity: string;
  /** US dollars per month without any use. */
  readonly idle: number;
  /** Additional US dollars per month for the given use. */
  readonly use: number;
}

/** Estimates the cost of the resources of a type. */
export type Pricer = (template: Template, usage: Usage, load: Load) => CostLine[];

/** A line whose cost does not depend on use. */
export function standing(what: string, quantity: string, idle: number): CostLine {
  return { what, quantity, idle, use: 0 };
}

/** `1 node`, `2 nodes`. */
export function count(n: number, noun: string): string {
  return `${amount(n)} ${noun}${n === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** A number with at most three significant digits, and commas between thousands. */
export function amount(n: number): string {
  return n >= 100 ? Math.round(n).toLocaleString('en-US') : Number(n.toPrecision(3)).toString();
}

/** The price for a name in a template. The error tells where to add a missing one. */
export function priceOf(prices: Readonly<Record<string, number>>, name: string, what: string): number {
  const price = prices[name];
  if (price === undefined) throw new CommandError(`${what} must have a price in tools/cost/prices.ts, got: ${name}`);
  return price;
}
