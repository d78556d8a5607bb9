import { register, type Account } from '../../probe/chat-client';
import { open, send, type CompleteResponse, type OpenResponse, type RequestParts } from '../../probe/http';

/** Renewal interval; LibreChat's sessions last 15 minutes. */
const SESSION_MS = 8 * 60_000;

/** A user whose session is renewed during the run. */
export class User {
  public static async register(url: string): Promise<User> {
    const user = new User(url, await register(url));
    await user.logIn();
    return user;
  }

  private token = '';
  private loggedInAt = 0;

  private constructor(private readonly url: string, private readonly account: Account) {}

  /** Renews the session before it expires. */
  public async keepSession(): Promise<void> {
    if (performance.now() - this.loggedInAt > SESSION_MS) await this.logIn();
  }

  public open(path: string, parts: RequestParts = {}): Promise<OpenResponse> {
    return open(this.url + path, { ...parts, headers: this.headers() });
  }

  public get(path: string): Promise<CompleteResponse> {
    return send(this.url + path, { headers: this.headers() });
  }

  /** Number of executions of each message, from the saved conversations. */
  public async executions(): Promise<Map<string, number>> {
    const { json } = await this.get('/api/convos');
    const counts = new Map<string, number>();
    for (const { title } of json.conversations as { title: string }[]) counts.set(title, (counts.get(title) ?? 0) + 1);
    return counts;
  }

  private async logIn(): Promise<void> {
    const { status, json } = await send(`${this.url}/api/auth/login`, { method: 'POST', body: this.account });
    if (status !== 200) throw new Error(`login must succeed, got: ${status}`);
    this.token = json.token;
    this.loggedInAt = performance.now();
  }

  private headers(): Record<string, string> {
    return { 'Authorization': `Bearer ${this.token}`, 'X-LibreChat-Generation-Protocol': '2' };
  }
}
