import { logIn, register } from './api';
import { logInForm, showStatus, visitorButton } from './view';

/** Logs in with the form, or as a new user of this browser. */
export function onLogIn(opened: () => void): void {
  const attempt = (action: () => Promise<void>) => {
    showStatus('');
    action().then(opened, (error: Error) => showStatus(error.message, true));
  };
  logInForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(logInForm)) as Record<string, string>;
    attempt(() => logIn({ email, password }));
  });
  visitorButton.addEventListener('click', () => attempt(async () => {
    const password = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
    const account = { name: 'Visitor', email: `visitor-${password.slice(0, 8)}@example.com`, password: `${password}-visitor` };
    await register(account);
    await logIn(account);
  }));
}
