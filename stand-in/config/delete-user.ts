import { connect } from './connect';
import { ask, print } from './helpers';

/** `delete-user [email]`. Asks for confirmation twice. */
async function deleteUser(): Promise<void> {
  const { User, Balance, Conversation, File, Group, Key, Message, Preset, Session, Token, Transaction } = await connect();
  ['---------------', 'Deleting a user and all related data', '---------------'].forEach((line) => print('purple', line));
  const email = (process.argv[2] ?? await ask('Email:')).trim();
  const user = await User.findOne({ email: email.toLowerCase() });
  if (!user) return print('yellow', `No user found with email "${email}"`);
  const id = String(user._id);
  const confirmed = await ask(`Really delete user ${user.email} (${id}) and ALL their data? (y/N)`);
  if (confirmed.toLowerCase() !== 'y') return print('yellow', 'Aborted.');
  const withTransactions = (await ask('Also delete all transaction history for this user? (y/N)')).toLowerCase() === 'y';
  const owned = [Balance, Conversation, File, Message, Preset, Session, ...(withTransactions ? [Transaction] : [])];
  await Promise.all([...owned.map((model) => model.deleteMany({ user: id })), ...[Key, Token].map((model) => model.deleteMany({ userId: id }))]);
  await Group.updateMany({ memberIds: id }, { $pullAll: { memberIds: [id] } });
  await User.deleteOne({ _id: user._id });
  print('green', `✔ Successfully deleted user ${email} and all associated data.`);
  if (!withTransactions) print('yellow', '⚠️ Transaction history was retained.');
}

void deleteUser().then(() => process.exit(0), (error: Error) => {
  console.error('There was an uncaught error:');
  console.error(error);
  process.exit(1);
});
