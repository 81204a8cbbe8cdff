import { Command } from 'commander'

/**
 * A command that does one thing to something of a bench: its action is the one argument, and the help tells them all.
 *
 * @param actions - what each does, by its name
 * @param notes - what else the help tells
 */
export function handCommand(
  name: string,
  description: string,
  actions: Readonly<Record<string, string>>,
  notes: string,
): Command {
  const names = Object.keys(actions)
  const width = Math.max(...names.map((action) => action.length)) + 1
  const lines = Object.entries(actions).map(([action, does]) => `  ${action.padEnd(width)} ${does}`)
  return new Command(name)
    .description(description)
    .addArgument(new Command().createArgument('<action>', names.join(', ')).choices(names))
    .requiredOption('--bench <file>', 'YAML: the devices of a bench')
    .addHelpText('after', `\nActions:\n${lines.join('\n')}\n\n${notes}`)
}
