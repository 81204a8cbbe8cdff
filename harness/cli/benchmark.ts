import { cpus, loadavg } from 'node:os'
import Table from 'cli-table3'
import { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { measure, measurements, type Figure } from '../benchmark/index.js'
import { note, print, printJson } from './output.js'

/** `viewnet benchmark`: how fast, beside what bare code does on the same machine in the same run. */
export function benchmarkCommand(): Command {
  return new Command('benchmark')
    .description('the performance suite, each figure beside its bare baseline in the same run')
    .option('--only <text>', 'figures whose name holds this text')
    .option('--json', 'one JSON array on stdout')
    .action(async ({ only = '', json = false }: { only?: string; json?: boolean }) => {
      const all = measurements()
      const chosen = all.filter(({ name }) => name.includes(only))
      if (chosen.length === 0) {
        throw new UsageError(
          'ERR_VIEWNET_OPTION',
          `--only: expected a part of one of: ${all.map(({ name }) => name).join('; ')}; got '${only}'`,
        )
      }
      note(
        `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}`,
      )
      const figures: Figure[] = []
      for (const [at, measurement] of chosen.entries()) {
        note(`[${at + 1}/${chosen.length}] ${measurement.name} …`)
        figures.push(await measure(measurement))
      }
      if (json) printJson(figures)
      else print(tableOf(figures))
    })
}

function tableOf(figures: readonly Figure[]): string {
  const table = new Table({
    head: ['figure', 'ours', 'bare', 'ratio', 'spread', 'goal', ''],
    style: { head: [], border: [] },
  })
  for (const { name, value, unit, baseline, ratio, goal, met, spread } of figures) {
    const rounded = (number: number): string => `${Math.round(number).toLocaleString('en')} ${unit}`
    const range = spread.map((each) => each.toFixed(2)).join('–')
    table.push([name, rounded(value), rounded(baseline), ratio.toFixed(2), range, goal, met ? 'met' : 'missed'])
  }
  return table.toString()
}
