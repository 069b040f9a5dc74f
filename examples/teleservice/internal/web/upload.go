package web

import "net/http"

// UploadPath is where an officer's form sends the files of a bank. It is the one form that may be larger than maxBody: up to maxUpload.
const UploadPath = "/gestion/rapprochement"

const maxUpload = 64 << 20

// limitOf is how much of a request's body is read.
func limitOf(r *http.Request) int64 {
	if r.Method == http.MethodPost && r.URL.Path == UploadPath {
		return maxUpload
	}
	return maxBody
}
