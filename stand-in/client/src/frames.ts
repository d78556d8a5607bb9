interface Part {
  readonly text: string;
}

/** One frame of a chat's stream, with the fields that the page uses. */
export interface Frame {
  readonly created?: boolean;
  readonly sync?: boolean;
  readonly resumeState?: { readonly runSteps: { id: string }[]; readonly aggregatedContent: Part[] };
  readonly pendingEvents?: Frame[];
  readonly event?: string;
  readonly data?: { readonly id: string; readonly delta: { content: Part[] } };
  readonly final?: boolean;
  readonly aborted?: boolean;
  readonly responseMessage?: { readonly text: string; readonly unfinished?: boolean };
  readonly error?: string;
}

/** Receives the text of a reply. */
export interface ReplyText {
  append(text: string): void;
  replace(text: string): void;
}

/**
 * Shows a reply by its frames, under the same conditions as LibreChat's page: a delta is shown only after `created`,
 * unless the page requested to resume, and only if its step is known.
 */
export class FrameReader {
  /** Whether the stream was opened with `resume=true`. */
  resumed = false;
  private created = false;
  private readonly steps = new Set<string>();
  private readonly beforeCreated: Frame[] = [];
  private readonly beforeStep = new Map<string, Frame[]>();

  constructor(private readonly view: ReplyText) {}

  read(frame: Frame): void {
    if (frame.created) {
      this.created = true;
      this.beforeCreated.splice(0).forEach((early) => this.step(early));
    } else if (frame.sync) {
      this.sync(frame);
    } else if (frame.event) {
      if (this.resumed || this.created) this.step(frame);
      else this.beforeCreated.push(frame);
    }
  }

  /** A snapshot replaces the text, but not `created`. */
  private sync({ resumeState, pendingEvents = [] }: Frame): void {
    resumeState!.runSteps.forEach(({ id }) => this.steps.add(id));
    const text = resumeState!.aggregatedContent.map((part) => part.text).join('');
    if (text) this.view.replace(text);
    pendingEvents.forEach((event) => this.step(event));
  }

  private step(frame: Frame): void {
    const { id, delta } = frame.data!;
    if (frame.event === 'on_run_step') {
      this.steps.add(id);
      const early = this.beforeStep.get(id) ?? [];
      this.beforeStep.delete(id);
      early.forEach((one) => this.step(one));
    } else if (frame.event === 'on_message_delta') {
      if (this.steps.has(id)) delta.content.forEach(({ text }) => this.view.append(text));
      else this.beforeStep.set(id, [...this.beforeStep.get(id) ?? [], frame]);
    }
  }
}
