package org.vocabeam.transforms.training;

import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.worker.ProgramPool;

/** Program of a recipe on a device; its state is set by whoever leases it. */
record TrainerProgram(Recipe recipe, DeviceChoice device) implements ProgramPool.Program<Trainer> {
  static ProgramPool.Lease<Trainer> lease(Recipe recipe, DeviceChoice device) {
    return ProgramPool.lease(new TrainerProgram(recipe, device));
  }

  @Override
  public Trainer load() {
    return Trainer.of(recipe, device);
  }

  @Override
  public Object work() {
    return recipe;
  }
}
