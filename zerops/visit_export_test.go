package zerops

// PublicOnly is what the visitor checks before it connects.
var PublicOnly = publicOnly
