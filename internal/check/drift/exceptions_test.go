package main

import "maps"

// exceptions are the operations that cannot be called through the SDK, or whose answer
// it cannot decode.
func exceptions() map[string]string {
	const file = "the answer is a file, which the SDK decodes as JSON (platform §7.1)"
	return map[string]string{
		"GetCardPaymentInvoiceFile":     file,
		"GetProjectEnvFileDownload":     file,
		"PostBillingClientCreditExport": file,
		"PostServiceStackUserData":      "the live API demands sensitive, which the SDK cannot send (platform §1.9)",
		"PutAppVersionUpload":           "an upload answers nothing, which the SDK decodes as JSON (platform §7.1)",
	}
}

// departures are fields and words of answers that the live API has in another way than
// the SDK of 2025.
func departures() map[string]string {
	const store = "variables are USER or SYSTEM today (platform §1.9)"
	const total = "the count of this list is called total today (platform §10.3)"
	return map[string]string{
		"UserData.type=USER": store, "UserData.type=SYSTEM": store, "UserDataLight.type=USER": store, "UserDataLight.type=SYSTEM": store,
		"EsUserData.type=USER": store, "EsUserData.type=SYSTEM": store, "ServiceStackEnv.type=USER": store, "ServiceStackEnv.type=SYSTEM": store,
		"ProjectList.totalCount": total, "UserDataList.totalCount": total,
		"ProcessList.totalCount":                  "the processes of a project are not counted (platform §10.3)",
		"ServiceStackType.category=LOCAL_STORAGE": "local storage is newer than the SDK (platform §10.2)", "EsServiceStackType.category=LOCAL_STORAGE": "local storage is newer than the SDK (platform §10.2)",
	}
}

func reasons() map[string]string {
	all := maps.Clone(exceptions())
	maps.Copy(all, departures())
	return all
}
