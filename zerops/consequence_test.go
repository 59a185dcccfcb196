package zerops_test

import (
	"testing"

	"zerops-mcp/zerops"
)

// TestConsequencesOfRiskyOperations pins what would do harm if an operation were said
// to do less.
func TestConsequencesOfRiskyOperations(t *testing.T) {
	t.Parallel()
	for op, least := range map[zerops.Operation]zerops.Consequence{
		zerops.DeleteProject:                                  zerops.Deletes,
		zerops.DeletePublicHttpRouting:                        zerops.Deletes,
		zerops.PostProjectServiceStackImport:                  zerops.Replaces | zerops.Publishes,
		zerops.PutProjectFirstClassRecipeDevelopmentContainer: zerops.Replaces | zerops.Grants,
		zerops.PutServiceStackTriggerPipeline:                 zerops.Replaces | zerops.Publishes,
		zerops.PutProjectEnvFile:                              zerops.Replaces,
		zerops.PutServiceStackBackupConfig:                    zerops.Replaces,
		zerops.PutServiceStackStop:                            zerops.Stops,
		zerops.PutProjectPublicIpv4Shared:                     zerops.Unpublishes,
		zerops.PutServiceStackDisableSubdomainAccess:          zerops.Unpublishes,
		zerops.PostClientProject:                              zerops.Costs,
		zerops.PostClientProjectImport:                        zerops.Costs,
		zerops.PutProjectRequestIpv4:                          zerops.Costs,
		zerops.PutBillingClientAddon:                          zerops.Costs,
		zerops.PostServiceStackPublicPortRouting:              zerops.Grants,
		zerops.PutProjectRemoteLogging:                        zerops.Grants,
		zerops.PatchPrometheusConfig:                          zerops.Grants,
		zerops.PutProject:                                     zerops.Grants | zerops.Unpublishes,
		zerops.PutClientFirstClassRecipeElk:                   zerops.Grants | zerops.Costs,
		zerops.PutServiceStackExternalRepositoryIntegration:   zerops.Grants,
		zerops.PutProcessCancel:                               zerops.TurnsBack,
	} {
		if op.Can()&least != least {
			t.Errorf("%s can %v, want at least %v", op, op.Can(), least)
		}
	}
	if c := zerops.Deletes | zerops.Changes; c.String() != "deletes, changes" || zerops.Consequence(0).String() != "nothing" || zerops.Anything.Has(zerops.Deletes<<1) {
		t.Errorf("%v, %v", c, zerops.Consequence(0))
	}
}
