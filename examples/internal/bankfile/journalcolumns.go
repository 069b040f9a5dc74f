package bankfile

// The columns of journals, and the four journals that they make.

// column is what a column is about; its names stand in columnNames.
type column int

const (
	colReference column = iota
	colOrder
	colTransactionID
	colAmount
	colCurrency
	colAuthorisation
	colContract
	colPaymentDay
	colOperationDay
	colRemittanceDay
	colChargebackDay
	colResponse
	colOperationType
	colOperationName
	colNewAmount
	colMatch
	colRemittance
	colNet
	colCommission
	colReason
	columnCount
)

// columnNames are the names of a column as key writes them, the best first.
var columnNames = [columnCount][]string{
	colReference:     {"transactionreference"},
	colOrder:         {"orderid"},
	colTransactionID: {"transactionid"},
	colCurrency:      {"currencycode", "operationcurrency", "currency", "impcurrency"},
	colAuthorisation: {"authorisationid", "authorizationid", "authid"},
	colContract:      {"contract", "contractnumber", "acquirercontract"},
	colPaymentDay:    {"transactiondatetime", "paymentdate", "transactiondate"},
	colOperationDay:  {"operationdate", "operationdatetime"},
	colRemittanceDay: {"remittancedate"},
	colChargebackDay: {"impdate", "chargebackdate"},
	colResponse:      {"responsecode"},
	colOperationType: {"operationtype"},
	colOperationName: {"operationname"},
	colNewAmount:     {"newamount"},
	colMatch:         {"matchstatus"},
	colRemittance:    {"remittancenb", "remittancenumber"},
	colNet:           {"netamount"},
	colCommission:    {"commissionamount"},
	colReason:        {"impreason", "chargebackreason"},
}

// kindOfJournal is one of the four journals.
type kindOfJournal struct {
	name   string
	word   string   // what its lines begin with in the TABLE family
	signs  []string // columns that only this journal has
	amount []string // the column of the amount, the best first: gross, of this movement

	amountName string // what that column is called in messages
	needsEnd   bool   // a file without an end line is cut off
	line       func(*journal, *Line) (ignored string, err error)
}

// journals are looked at in this order: signs of a later one are columns of an earlier one, too.
var journals = []*kindOfJournal{
	{
		name: "impayes", word: "DETAIL", signs: []string{"impdate", "impamount", "impreason", "chargebackdate"},
		amount: []string{"impamount", "sourceamount", "amount", "originamount"}, amountName: "IMP_AMOUNT ou SOURCE_AMOUNT",
		needsEnd: true, line: (*journal).readChargeback,
	},
	{
		name: "rapprochement", word: "MATCHING", signs: []string{"remittancenb", "remittancenumber", "brutamount", "matchstatus"},
		amount: []string{"brutamount", "grossamount", "operationamount", "amount", "originamount"}, amountName: "BRUT_AMOUNT",
		needsEnd: true, line: (*journal).readMatching,
	},
	{
		name: "operations", word: "OPERATION", signs: []string{"operationname"},
		amount: []string{"operationamount", "amount", "originamount"}, amountName: "OPERATION_AMOUNT",
		needsEnd: true, line: (*journal).readOperation,
	},
	{
		name: "transactions", word: "TRANSACTION",
		amount: []string{"originamount", "amount"}, amountName: "AMOUNT",
		line: (*journal).readTransaction,
	},
}
