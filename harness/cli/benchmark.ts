import { cpus, loadavg } from 'node:os'
import Table from 'cli-table3'
import { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { measure, measurements, type Figure } from '../benchmark/index.js'
import { note, print, printJson } from './output.js'

/** `viewnet benchmark`: how fast, beside what bare code does on the same machine in the same run. */
export function benchmarkCommand(): Command {
  return new Command('benchmark')
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
      const processor = cpus()[0]?.model ?? 'unknown processor'
      note(`${cpus().length} × ${processor}, ${load()}, Node ${process.versions.node}`)
      const figures: Figure[] = []
      for (const { prepare } of chosen) prepare?.()
      for (const [at, measurement] of chosen.entries()) {
        const startedAtMs = performance.now()
        const figure = await measure(measurement)
        const tookS = ((performance.now() - startedAtMs) / 1000).toFixed(1)
        note(`[${at + 1}/${chosen.length}] ${figure.name}: ${summaryOf(figure)}, after ${tookS} s, ${load()}`)
        figures.push(figure)
      }
      if (json) printJson(figures)
      else print(tableOf(figures))
    })
}

/** Processes that wanted to run, on average over the last minute: what else the machine did. */
const load = (): string => `load ${loadavg()[0]?.toFixed(1)}`

/** Said as soon as it is known, so that a run that is cut short has told what it measured. */
function summaryOf(figure: Figure): string {
  const { value, baseline, unit, ratio, goal, skipped, failed } = figure
  if (skipped !== undefined || failed !== undefined) return `${outcomeOf(figure)}: ${skipped ?? failed}`
  const beside = baseline === null ? '' : ` beside ${rounded(baseline, unit)}, ${ratio?.toFixed(2)} ×`
  return `${rounded(value, unit)}${beside}; goal ${goal}: ${outcomeOf(figure)}`
}

function outcomeOf({ met, skipped }: Figure): string {
  if (skipped !== undefined) return 'skipped'
  return met === true ? 'met' : 'missed'
}

function tableOf(figures: readonly Figure[]): string {
  const table = new Table({
    head: ['figure', 'ours', 'bare', 'ratio', 'spread', 'goal', ''],
    style: { head: [], border: [] },
  })
  for (const figure of figures) {
    const { name, value, unit, baseline, ratio, goal, spread, skipped, failed } = figure
    const reason = skipped ?? failed
    if (reason !== undefined) {
      table.push([name, { colSpan: 4, content: reason }, goal, outcomeOf(figure)])
      continue
    }
    const range = spread?.map((each) => each.toFixed(2)).join('–') ?? ''
    table.push([
      name,
      rounded(value, unit),
      rounded(baseline, unit),
      ratio?.toFixed(2) ?? '—',
      range,
      goal,
      outcomeOf(figure),
    ])
  }
  return table.toString()
}

/** Four digits are more than any of these figures is good for. */
function rounded(value: number | null, unit: string): string {
  return value === null ? '—' : `${value.toLocaleString('en', { maximumSignificantDigits: 4 })} ${unit}`
}
