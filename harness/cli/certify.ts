import { Command, Option } from 'commander'
import { DEFAULT_CONVERTER_NUMBER } from '../bench/converter-schema.js'
import type { CertifyFlags } from './certify-bench.js'
import { brokerAddress, integer, messageNumber, peerAddress, runId, topicLevel } from './option-parsers.js'
import { print, printJson } from './output.js'
import { SIGNING_KEY_VARIABLE } from './signing.js'
import { stoppable } from './until-stopped.js'

const EXAMPLES = `
Examples:
  viewnet certify
  viewnet certify --bench bench.yaml --broker mqtt://broker.example
  viewnet certify --bench bench.yaml --converter udp://192.0.2.9:28200 --converter-number 00001-00020-00300-04000

Of a converter at an address only the endpoint's side is seen; the report says which rules could not be judged.`

/** `viewnet certify`: the main job. */
export function certifyCommand(): Command {
  return new Command('certify')
    .option('--bench <file>', 'YAML: the devices of a bench; default: a simulated recorder')
    .addOption(
      new Option('--device <number>', 'one device of the bench file; may come again; default: all').argParser(
        (text: string, before: readonly string[] | undefined): readonly string[] => [
          ...new Set([...(before ?? []), messageNumber(text)]),
        ],
      ),
    )
    .option(
      '--converter <udp://HOST:PORT>',
      'certify the converter at this address, as a black box, instead of the embedded one; needs --bench',
      peerAddress,
    )
    .option(
      '--converter-number <N>',
      `external message number of that converter; default: the bench file's, or ${DEFAULT_CONVERTER_NUMBER}`,
      messageNumber,
    )
    .option(
      '--local <udp://HOST:PORT>',
      "our own address, which that converter admits; default: the bench file's, or port 28300 where the route to it begins",
      peerAddress,
    )
    .option('--broker <url>', 'MQTT broker to publish the evidence to; default: an embedded one', brokerAddress)
    .option('--site <name>', 'first level of the MQTT topics', topicLevel)
    .option('--station <name>', 'second level of the MQTT topics', topicLevel)
    .option('--run <id>', 'name of the run in topics and reports; default: the time and a little chance', runId)
    .option(
      '--report <dir>',
      'folder for report.html, run.json, run.jws, run.tap, junit.xml, ctrf.json, the packets and, with a console, console.log; default: report/RUN; of several devices, a folder each in it',
    )
    .option(
      '--sign-key <file>',
      `Ed25519 key, PKCS #8 as PEM, that certifies the run; default: ${SIGNING_KEY_VARIABLE}, else this station's own ('viewnet key')`,
    )
    .addOption(
      new Option('--recordings <N>', 'recording resources of the simulated recorder')
        .argParser(integer(0, 1_000_000))
        .default(240)
        .conflicts('bench'),
    )
    .option('--seed <N>', 'everything random follows from it; default: a fresh one', integer(0, 0xffffffff))
    .option('--list', 'tell the cases and run none: all of them, and which run here; with --bench, by its plan')
    .option('--json', 'one JSON object a device on stdout; with --list, one of all cases')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CertifyFlags) => {
      if (flags.list === true) return listCases(flags)
      // All that a run needs is read for a run, and not for who asks for help or mistypes.
      const { certifyBench } = await import('./certify-bench.js')
      await stoppable(async (signal) => {
        process.exitCode = await certifyBench(flags, signal)
      })
    })
}

/** What `--list` tells. */
async function listCases({ bench, json = false }: CertifyFlags): Promise<void> {
  const [{ caseList, caseTable }, { readBench }] = await Promise.all([
    import('./case-list.js'),
    import('./read-bench.js'),
  ])
  const plan = bench === undefined ? undefined : (await readBench(bench)).plan?.cases
  if (json) printJson({ cases: caseList(plan) })
  else print(caseTable(plan))
}
