import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { drawnEvent, type DrawnEvent } from './drawn-event';
import { History } from './history';
import { ShownConversation } from './shown-conversation';
import { EmulatorError } from '../../emulator/core/errors';
import { EventStream, type TimedEvent } from '../../emulator/core/events';
import { listen } from '../../emulator/core/listen';
import type { Emulator } from '../../emulator/emulator';
import { EdgeServer } from '../../emulator/services/cloudfront/edge-server';

const PAGE = join(__dirname, '../../build/live-view');

const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/main.js': { name: 'main.js', type: 'text/javascript; charset=utf-8' },
  '/main.css': { name: 'main.css', type: 'text/css; charset=utf-8' },
};

/** A page with the chat, and the relays and workers that serve it. It uses a separate port, so that it occupies no path of the distribution. */
export class LiveView {
  /**
   * Starts the server.
   *
   * @param past earlier events to show
   * @throws EmulatorError if the page has not been built
   */
  public static async open(emulator: Emulator, port?: number, past: readonly TimedEvent[] = []): Promise<LiveView> {
    if (!existsSync(join(PAGE, 'index.html'))) throw new EmulatorError('NOT_BUILT', 'the live view must be built: `npx projen bundle` does it');
    const { services: { cloudFront: { distributions, publicHosts } }, events } = emulator;
    const framed = new EventStream();
    framed.subscribe((event) => events.emit(event));
    // The managed policy of security headers does not allow other origins to frame the page.
    const edge = new EdgeServer(distributions[0], publicHosts, framed, { mayBeFramed: true });
    const view = new LiveView(await edge.open(0), edge, framed, new History(events, past), emulator);
    try {
      view.url = await listen(view.server, port);
    } catch (error) {
      view.close();
      throw error;
    }
    return view;
  }

  /** URL of the page. */
  public url = '';

  private readonly server = createServer(({ url }, response) => this.serve(url ?? '/', response));

  private constructor(
    private readonly chat: string,
    private readonly edge: EdgeServer,
    private readonly framed: EventStream,
    private readonly history: History,
    private readonly emulator: Emulator,
  ) {}

  public close(): void {
    this.history.dispose();
    this.edge.close();
    this.server.close();
    this.server.closeAllConnections();
  }

  private serve(path: string, response: ServerResponse): void {
    if (path === '/events') return this.stream(response);
    const file = FILES[path];
    if (!file) return void response.writeHead(404).end();
    const content = readFileSync(join(PAGE, file.name), 'utf8');
    response.writeHead(200, { 'Content-Type': file.type, 'Cache-Control': 'no-store' });
    response.end(path === '/' ? content.replaceAll('%CHAT%', this.chat).replaceAll('%ALONE%', this.emulator.url) : content);
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const send = (events: DrawnEvent[]) => response.write(`data: ${JSON.stringify(events)}\n\n`);
    // A reconnecting page starts over: the first frame contains all past events.
    send(this.history.events);
    const subscriptions = [this.emulator.events.subscribe((event) => {
      const drawn = drawnEvent(event);
      if (drawn) send([drawn]);
    })];
    // A reloaded page reopens its conversation.
    const shown = new ShownConversation((path) => response.write(`event: conversation\ndata: ${path}\n\n`));
    subscriptions.push(this.framed.subscribe((event) => shown.receive(event)));
    response.once('close', () => subscriptions.forEach((unsubscribe) => unsubscribe()));
  }
}
