import { type ChatEvent, finalTextOf, resumedTextOf, tokenOf } from './chat-events';

/**
 * The text that LibreChat's page shows after each event of a new message's stream. The page ignores a delta before `created`, and a delta whose
 * step is unknown; a `sync` sets the text, but replaces neither event.
 */
export function shownTexts(events: readonly ChatEvent[]): string[] {
  let text = '';
  let created = false;
  const steps = new Set<string>();
  const early: ChatEvent[] = [];
  const show = (event: ChatEvent) => {
    const id: string | undefined = event.json.data?.id;
    if (event.json.event === 'on_run_step') steps.add(id!);
    else if (steps.has(id!)) text += tokenOf(event) ?? '';
  };
  return events.map((event) => {
    const { json } = event;
    if (json.created) {
      created = true;
      early.splice(0).forEach(show);
    } else if (json.sync) {
      (json.resumeState?.runSteps ?? []).forEach(({ id }: { id: string }) => steps.add(id));
      text = resumedTextOf(event) || text;
    } else if (json.final) {
      text = finalTextOf(event) ?? text;
    } else if (created) {
      show(event);
    } else {
      early.push(event);
    }
    return text;
  });
}
