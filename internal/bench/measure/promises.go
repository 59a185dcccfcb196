package measure

// What is promised of the program's weight, wherever it is checked.
const (
	// PromisedBinary is the largest stripped binary, in MB.
	PromisedBinary = 18.2
	// PromisedDefaultList and PromisedWholeList are the most bytes of names,
	// descriptions and input schemas that a model reads of the tools.
	PromisedDefaultList = 19_000
	PromisedWholeList   = 34_000
)
