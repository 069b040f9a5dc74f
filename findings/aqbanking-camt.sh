#!/usr/bin/env bash
# AqBanking has two importers for camt.052. For "camt" the balance of an overdrawn account is above zero, for "xml" below. For "camt" an
# entry that waits is as good as booked. For both the sum of a batch has the name and the reference of its first payer, and a booking day
# given as DtTm is lost. Looked at beside examples/internal/bankfile, which reads camt.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v aqbanking-cli >/dev/null || cannot "no AqBanking (Debian: aqbanking-tools)"
version=$(dpkg-query -W -f '${Version}' aqbanking-tools 2>/dev/null)
case $version in 6.5.3-*) ;; *) cannot "AqBanking $version; this was seen with 6.5.3" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
export HOME=$folder LC_ALL=C
cat >day.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"><BkToCstmrAcctRpt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2030-01-03T06:00:00+01:00</CreDtTm></GrpHdr>
<Rpt><Id>R1</Id><CreDtTm>2030-01-03T06:00:00+01:00</CreDtTm><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2030-01-02</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">137.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2030-01-02</Dt></BookgDt>
  <ValDt><Dt>2030-01-02</Dt></ValDt><BkTxCd/><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
  <TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">100.00</Amt></TxAmt></AmtDtls>
    <RltdPties><Dbtr><Nm>PAYEUR UN</Nm></Dbtr></RltdPties></TxDtls>
  <TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">37.50</Amt></TxAmt></AmtDtls>
    <RltdPties><Dbtr><Nm>PAYEUR DEUX</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">8.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2030-01-02T10:00:00+01:00</DtTm></BookgDt>
  <ValDt><Dt>2030-01-02</Dt></ValDt><BkTxCd/></Ntry>
<Ntry><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2030-01-03</Dt></BookgDt><BkTxCd/></Ntry>
</Rpt></BkToCstmrAcctRpt></Document>
XML
ask() { timeout 30 aqbanking-cli --noninteractive --cfgdir="$folder/settings" "$@" 2>>log.txt; }
show() {
	rm -f "$1.ctx"
	ask import --importer="$1" --profile="$2" -f day.xml -c "$1.ctx" || cannot "$(grep -m 1 "$1" log.txt)"
	printf '%s: balance%s\n' "$1" "$(ask listbal -c "$1.ctx" | cut -f2 | sed 's/^/ /')"
	# one line for each entry: its kind, booking day, amount, payer and reference, as the file of AqBanking has them
	awk -F'"' '/transaction \{/ {kind = ""; day = cents = name = ref = "-"; on = 1}
		!on {next}
		/char type=/ {kind = $2} /char date=/ {day = $2} /char value=/ {cents = $2; sub(/%2F100.*/, "", cents)}
		/char remoteName=/ {name = $2} /char endToEndReference=/ {ref = $2}
		/#transaction$/ {printf "  %s, %s, %s, %s, %s\n", kind, day, cents, name, ref; on = 0}' "$1.ctx"
}
seen=$(show camt 052_001_02 && show xml camt_052_001_02) || { printf '%s\n' "$seen"; exit 3; }
cat <<TEXT
version: AqBanking $version
guess:   both say -50.00 for DBIT, tell what waits from what is booked, and give two payers with 100.00 and 37.50, or none for 137.50
seen:    kind, booking day, cents, payer, reference
$seen
So: look at the sign of an overdrawn account in whatever reads your statements, and take a batch apart before you look for who has paid.
TEXT
[ "$seen" = 'camt: balance 50.00
  statement, 20300102, 13750, PAYEUR UN, E1
  statement, -, -800, -, -
  statement, 20300103, 2000, -, -
xml: balance -50.00
  statement, 20300102, 13750, PAYEUR UN, E1
  statement, -, -800, -, -
  notedStatement, 20300103, 2000, -, -' ] || { echo "changed"; exit 1; }
