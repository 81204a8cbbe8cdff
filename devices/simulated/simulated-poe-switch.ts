import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type * as Snmp from 'net-snmp'
import { SimulatedRelay } from './serial/relay.js'

/** pethPsePortEntry of POWER-ETHERNET-MIB (RFC 3621). */
const PORT_ENTRY = '1.3.6.1.2.1.105.1.1.1'
const PORT_TABLE = 'pethPsePortTable'
const ADMIN_COLUMN = 3
const TRUE = 1
const GROUP = 1

/** How a simulated switch is set up. */
export interface SimulatedPoeSwitchOptions {
  /** 1–64. Default 4; all give power at first. */
  readonly ports?: number | undefined
  /** Community of SNMP version 2c. Default `private`. */
  readonly community?: string | undefined
  /** A user of SNMP version 3, with SHA-256 and AES. */
  readonly user?: { readonly name: string; readonly authKey: string; readonly privKey: string } | undefined
}

/** A PoE switch over real SNMP on this machine: pethPsePortAdminEnable can be read and set. */
export class SimulatedPoeSwitch {
  /** From 0; pethPsePortIndex counts from 1. */
  readonly relays: readonly SimulatedRelay[]
  readonly #options: SimulatedPoeSwitchOptions
  #agent: { close(callback: () => void): void } | undefined
  #udpPort = 0

  constructor(options: SimulatedPoeSwitchOptions = {}) {
    this.#options = options
    this.relays = Array.from({ length: Math.min(Math.max(options.ports ?? 4, 1), 64) }, () => new SimulatedRelay())
    for (const relay of this.relays) relay.drive(true)
  }

  /** UDP port, once it listens on 127.0.0.1. */
  get udpPort(): number {
    return this.#udpPort
  }

  async start(): Promise<void> {
    const snmp = await import('net-snmp')
    const { community = 'private', user } = this.#options
    const column = columnsOf(snmp)
    let socket: Socket | undefined
    const agent = snmp.createAgent(
      {
        port: 0,
        address: '127.0.0.1',
        transport: 'udp4',
        disableAuthorization: false,
        dgramModule: { createSocket: (kind: 'udp4') => (socket = freeSocket(kind)) },
      },
      // After each message, also broken ones; the tables hold what was set only once it is answered.
      () => setImmediate(() => this.#follow(agent)),
    )
    const authorizer = agent.getAuthorizer()
    authorizer.addCommunity(community)
    if (user !== undefined) {
      authorizer.addUser({
        ...user,
        level: snmp.SecurityLevel.authPriv,
        authProtocol: snmp.AuthProtocols.sha256,
        privProtocol: snmp.PrivProtocols.aes,
      })
    }
    agent.registerProvider({
      name: PORT_TABLE,
      type: snmp.MibProviderType.Table,
      oid: PORT_ENTRY,
      maxAccess: snmp.MaxAccess['not-accessible'],
      tableColumns: [
        column(1, 'pethPsePortGroupIndex', 'not-accessible'),
        column(2, 'pethPsePortIndex', 'not-accessible'),
        column(ADMIN_COLUMN, 'pethPsePortAdminEnable', 'read-write'),
      ],
      tableIndex: [{ columnName: 'pethPsePortGroupIndex' }, { columnName: 'pethPsePortIndex' }],
    })
    for (const at of this.relays.keys()) agent.getMib().addTableRow(PORT_TABLE, [GROUP, at + 1, TRUE])
    this.#agent = agent
    if (socket === undefined) return
    await once(socket, 'listening')
    this.#udpPort = socket.address().port
  }

  async close(): Promise<void> {
    const agent = this.#agent
    this.#agent = undefined
    if (agent !== undefined) await new Promise<void>((resolve) => agent.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #follow(agent: {
    getMib(): { getTableSingleCell(table: string, column: number, row: readonly number[]): unknown }
  }): void {
    if (this.#agent === undefined) return
    for (const [at, relay] of this.relays.entries()) {
      relay.drive(agent.getMib().getTableSingleCell(PORT_TABLE, ADMIN_COLUMN, [GROUP, at + 1]) === TRUE)
    }
  }
}

/** A socket that takes any free port: of port 0 net-snmp makes 161, which is one switch's alone, and the superuser's. */
function freeSocket(kind: 'udp4'): Socket {
  const socket = createSocket(kind)
  const bind = socket.bind.bind(socket)
  socket.bind = (_port?: unknown, address?: unknown) => bind(0, String(address))
  return socket
}

function columnsOf({ ObjectType, MaxAccess }: typeof Snmp) {
  return (number: number, name: string, access: 'not-accessible' | 'read-write') => {
    return { number, name, type: ObjectType.Integer, maxAccess: MaxAccess[access] }
  }
}
