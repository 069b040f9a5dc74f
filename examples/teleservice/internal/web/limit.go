package web

import "net/http"

// maxBody is the largest form that is read. The bank's own messages have their own limit.
const maxBody = 32 << 10

// The forms that may be larger: UploadPath is where an officer sends the files of a bank, SealsPath takes the seals of as many days as there
// were, each some 80 bytes.
const (
	UploadPath = "/gestion/rapprochement"
	MaxUpload  = 64 << 20
	SealsPath  = "/gestion/verification"
	maxSeals   = 1 << 20
)

// limitOf is how much of a request's body is read.
func limitOf(r *http.Request) int64 {
	switch {
	case r.Method != http.MethodPost:
	case r.URL.Path == UploadPath:
		return MaxUpload
	case r.URL.Path == SealsPath:
		return maxSeals
	}
	return maxBody
}
