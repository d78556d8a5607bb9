import { referencesIn, type TemplateResource } from './template';
import { EmulatorError } from '../core/errors';

/** Ids, and the ids that each one depends on. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

type Resources = Readonly<Record<string, TemplateResource>>;

/** Sorts logical ids topologically: dependencies come first. */
export function deploymentOrder(resources: Resources): string[] {
  return ordered(dependencyGraph(resources));
}

/** Dependencies as CloudFormation derives them: references in properties, and `DependsOn`. */
export function dependencyGraph(resources: Resources): DependencyGraph {
  return new Map(Object.entries(resources).map(([id, { Properties, DependsOn = [] }]) => [
    id, new Set([...[DependsOn].flat(), ...referencesIn(Properties)].filter((next) => next in resources)),
  ]));
}

/**
 * Sorts ids topologically: dependencies come first.
 *
 * @param first ids to place as early as their dependencies allow, in this order
 */
export function ordered(graph: DependencyGraph, first: Iterable<string> = []): string[] {
  const order: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (id: string, path: string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'visiting') {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new EmulatorError('RESOURCE_REFUSED', `the template must not have circular dependencies, got: ${circle}`);
    }
    state.set(id, 'visiting');
    for (const next of graph.get(id)!) {
      if (graph.has(next)) visit(next, [...path, id]);
    }
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of [...first, ...graph.keys()]) if (graph.has(id)) visit(id, []);
  return order;
}

/** The reversed graph: ids, and the ids that depend on each one. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const dependents = new Map([...graph.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, dependencies] of graph) dependencies.forEach((next) => dependents.get(next)?.add(id));
  return dependents;
}

/** Direct and transitive dependencies of an id. */
export function closure(graph: DependencyGraph, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (next: string): void => graph.get(next)?.forEach((dependency) => {
    if (found.has(dependency)) return;
    found.add(dependency);
    visit(dependency);
  });
  visit(id);
  return found;
}
