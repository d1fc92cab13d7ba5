/** Words in a path and the effect they suggest, for paths that are not known. */

import type {Effect} from './known-path.ts';

export interface WordGroup {
  readonly effect: Effect;
  /** A clause, as in `KnownPaths`. */
  readonly why: string;
  /** First words of names: `searchText`, `CreateOrder`, `cancel`. */
  readonly verbs?: string;
  /** Last words of names: `multi_search`, `salesOrders`. A singular counts only if it is the whole name. */
  readonly things?: string;
  /** Also applies to paths below: `/orders/{id}/items`. */
  readonly below?: true;
  /** Counts only for a whole name directly below another: `/transfers/quote`, but not `/quotes/{id}/fees`. */
  readonly alone?: true;
}

/**
 * The first group that has a word of a name decides. Words are in the groups of the field's own style guides: AIP-130 to AIP-136 for
 * methods that read, the resources of payment, mail and job APIs for those that act.
 */
export const wordGroups: readonly WordGroup[] = [
  {
    effect: 'acts',
    why: 'money may move twice',
    verbs:
      'bill buy capture cashout charge credit debit deposit disburse donate invoice pay payout purchase recharge refund reimburse remit settle topup transfer withdraw',
    things:
      'cashouts charges credits debits deposits disbursements donations invoices payin payins payment payments payouts purchases recharges refunds reimbursements remittances settlements topups transaction transactions transfers wires withdrawal withdrawals',
    below: true,
  },
  {
    effect: 'acts',
    why: 'something may be bought or booked twice',
    verbs: 'book checkout order place redeem rent reserve sell',
    things: 'bet bets bookings checkouts orders reservations shipments trade trades wager wagers',
    below: true,
  },
  {
    effect: 'acts',
    why: 'a message may be sent twice',
    verbs: 'broadcast email mail notify post publish reply send sms',
    things: 'broadcasts emails mails notifications tweets',
  },
  {
    effect: 'acts',
    why: 'the work may be started twice',
    verbs: 'deploy dispatch enqueue launch reboot reset restart rerun shutdown trigger',
    things: 'batches builds deployments dispatches executions instances jobs runs tasks',
  },
  {
    effect: 'acts',
    why: 'two may be created',
    verbs: 'add append clone create duplicate fork import insert invite issue mint schedule submit',
    things: 'comments invitations issues posts subscriptions tickets',
  },
  {effect: 'acts', why: 'one more may be taken', verbs: 'dequeue pop'},
  {effect: 'acts', why: 'it may be counted twice', verbs: 'decrement increment'},
  {
    effect: 'harmless',
    why: 'it reads, and changes nothing',
    verbs:
      'aggregate analyse analyze annotate autocomplete calculate categorize check classify compare compute count describe detect detokenize dryrun embed enrich estimate evaluate explain fetch find forecast get has infer inquire inquiry inspect introspect is list lookup moderate predict preview query rank read recognize recommend regress render rerank retrieve score search select show simulate suggest summarize synthesize tokenize transcribe translate validate watch whatif',
    things:
      'anomalies breakdown completion completions dryrun embedding embeddings infer inference lookup moderation moderations predict query search similar transittimes validations whatif',
  },
  {effect: 'harmless', why: 'it reads, and changes nothing', things: 'exists history statistics stats summary'},
  {
    effect: 'harmless',
    why: 'it reads, and changes nothing',
    things: 'fees price quote rates recommendations risk',
    alone: true,
  },
  {
    effect: 'unknown',
    why: 'a second request may find it done already',
    verbs:
      'acknowledge archive cancel close delete disable enable end export extract filter put reindex remove replace revoke save set start status stop sync update upsert verify',
    things:
      'availability calendar details eligibility fee ids info load methods ocr pdf report reports status test totals tracking upcoming view',
  },
];

/** Words of the groups that act which are nouns, too: after a word that reads, their effect is unknown. `/search/order` looks for one. */
export const nouns: RegExp =
  /^(?:bill|book|broadcast|checkout|credit|debit|deposit|duplicate|email|import|invite|invoice|issue|mail|order|payout|place|post|purchase|rent|reply|schedule|sms|transfer)$/;

/** Nouns that own what the last word reads: `OrderHistory`, `/refund-status`. */
export const owners: RegExp =
  /^(?:charge|credit|debit|deposit|invoice|order|payout|purchase|refund|transfer) (?!completion)/;

/** Names of which only all words together read: `/orders/fraud-check`, `/checkout/shipping-rates`. */
export const readers: RegExp = /^(?:(?:fraud|risk|sanctions) checks?|(?:delivery|shipping) (?:prices?|quotes?|rates))$/;

/** Verbs that no group has, because the resource above them decides. After a word that reads, they do not read: `/estimate/approve`. */
export const deeds: RegExp =
  /^(?:accept|adjust|apply|approve|assign|authori[sz]e|bet|bump|burn|claim|commit|complete|confirm|execute|finalize|fulfill?|lock|merge|process|promote|purge|reject|release|run|ship|sign|spend|train|void|wire)(?![a-z])/;

/** Words that may come before the verb: `batchGet`, `multi_search`, `ServerStreamingPredict`. */
export const beforeVerbs: ReadonlySet<string> = new Set(
  'async batch bulk direct multi raw server stream streaming'.split(' '),
);

/** What a name does after a word that reads: `GetAndCharge`, `GetOrPlaceOrder`, `CheckThenPay`. */
export const second: RegExp = /(?:^\w+ or| and| then) (\w+)/;

/** Names that read and write: `GetAndIncrement`, `ReadAndAck`, `CheckAndMutateRow`, `ReadModifyWriteRow`. */
export const writesToo: RegExp =
  /^.+ (?:and|then) (?:ack|acknowledge|clear|delete|modify|mutate|purge|remove|set|swap|update|write)\b|^\w+ modify\b/;

/**
 * Names whose first word misleads: `GetOrCreate` finds the resource the second time, `CheckOut` is not a check, `GetNext` may take an entry, and
 * `OpenOrders` may be those that are open.
 */
export const misleading: RegExp =
  /^(?:\w+ or (?:add|create|insert|update)|\w+ and lock|check (?:in|out)|get next(?! page)|create (?:embedding|preview)s?|credit (?:check|report|score)s?|order (?:book|recommendation)s?|(?:closed|open|past|pending|recent) (?:invoices|orders|payments|transactions))\b/;

/** Segments without meaning for the effect: `/api/v1`. */
export const generic: RegExp =
  /^(?:api|apis|rest|rpc|services?|public|internal|v\d+(?:\.\d+)*(?:(?:alpha|beta)\d*)?|\d[\d.-]*|[\da-f]{8}-[\da-f-]{27})$/i;
