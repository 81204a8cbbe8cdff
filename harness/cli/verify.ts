import { Command, Option } from 'commander'
import { UsageError } from 'viewnet/device'
import { brokerAddress, seconds } from './option-parsers.js'
import { ExitStatus, print, printJson, verdictStatus } from './output.js'
import { stoppable } from './until-stopped.js'
import type { EvidenceSource } from './verify-evidence.js'

interface VerifyFlags extends EvidenceSource {
  readonly certificate?: string
  readonly key?: string
  readonly json?: boolean
}

const NOTES = `
A file is judged with the run.json beside it, which says how much evidence there must be; a packets.pcapng says so itself, too. Of a run on a
broker, what was published before this command began is gone; begin before the run does. Where the packets were recorded by somebody else (say
mosquitto_sub), name file, broker and run: how much there must be is read from the state that the broker has retained.

Examples:
  viewnet verify report/r1/packets.ndjson
  viewnet verify --broker mqtt://broker.example --run r1
  viewnet verify recorded.ndjson --broker mqtt://broker.example --run r1
  viewnet verify --certificate report/r1/run.jws --run report/r1/run.json --key station.pub.pem

A certificate that does not hold exits with 1; trust comes from the key that you name ('viewnet key' on the bench shows it), never from the certificate.`

/** `viewnet verify`: the verdict again, from the evidence alone. */
export function verifyCommand(): Command {
  return new Command('verify')
    .argument('[file]', 'packets.ndjson or packets.pcapng of a run')
    .option('--broker <url>', 'follow a run on this MQTT broker', brokerAddress)
    .option('--run <id>', 'which run on the broker; with --certificate its run.json, by default the one beside it')
    .addOption(new Option('--certificate <file>', 'run.jws: test it in place of evidence').conflicts('broker'))
    .option('--key <file>', 'with --certificate: the public key that you trust, PEM or JWK')
    .option('--timeout <seconds>', 'give up when the broker brings nothing for so long', seconds, 60)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async (file: string | undefined, flags: VerifyFlags) => {
      if (flags.certificate !== undefined) return testCertificate(file, flags.certificate, flags)
      const { judgeEvidence, verdictText } = await import('./verify-evidence.js')
      await stoppable(async (signal) => {
        const verdict = await judgeEvidence(file, flags, signal)
        if (flags.json === true) printJson(verdict)
        else print(verdictText(verdict))
        process.exitCode = verdictStatus(verdict.verdict)
      })
    })
}

async function testCertificate(
  file: string | undefined,
  certificate: string,
  { run, key, json }: VerifyFlags,
): Promise<void> {
  if (file !== undefined) {
    const message = `verify --certificate: expected evidence or a certificate, got both ('${file}')`
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  const { judgeCertificate } = await import('./verify-certificate.js')
  const verdict = await judgeCertificate({ certificate, run, key })
  const { valid, signer, run: certified, name, why } = verdict
  if (json === true) printJson(verdict)
  else if (valid) print(`VALID: run ${certified}, signed by ${name === undefined ? signer : `${name} (${signer})`}`)
  else print(`REFUSED: ${why}`)
  process.exitCode = valid ? ExitStatus.good : ExitStatus.failed
}
