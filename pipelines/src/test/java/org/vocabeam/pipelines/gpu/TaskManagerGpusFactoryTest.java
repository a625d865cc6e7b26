package org.vocabeam.pipelines.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.apache.flink.api.common.externalresource.ExternalResourceDriver;
import org.apache.flink.api.common.externalresource.ExternalResourceDriverFactory;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.program.Gpus;

/** A script in the place of nvidia-smi's says which GPUs there are. */
class TaskManagerGpusFactoryTest {
  @TempDir private Path folder;

  @AfterEach
  void forget() {
    System.clearProperty(Gpus.GIVEN);
  }

  private ExternalResourceDriver driver(String script) throws Exception {
    Path discovery = folder.resolve("discovery");
    Files.writeString(discovery, "#!/bin/sh\n" + script + "\n");
    assertTrue(discovery.toFile().setExecutable(true));
    Configuration configuration = new Configuration();
    configuration.setString("discovery-script.path", discovery.toString());
    ExternalResourceDriverFactory factory =
        ServiceLoader.load(ExternalResourceDriverFactory.class).stream()
            .filter(provider -> provider.type() == TaskManagerGpusFactory.class)
            .findFirst()
            .orElseThrow()
            .get();
    return factory.createExternalResourceDriver(configuration);
  }

  @Test
  void whatIsFoundIsLeftToPrograms() throws Exception {
    assertEquals(2, driver("seq -s, 0 $(($1 - 1))").retrieveResourceInfo(2).size());
    assertEquals("0,1", System.getProperty(Gpus.GIVEN));
    driver("echo 3").retrieveResourceInfo(1);
    assertEquals("3", System.getProperty(Gpus.GIVEN));
  }

  @Test
  void whereNoneIsFoundNoneIsLeft() throws Exception {
    ExternalResourceDriver driver = driver("exit 1");
    assertThrows(Exception.class, () -> driver.retrieveResourceInfo(1));
    assertEquals(null, System.getProperty(Gpus.GIVEN));
  }

  @Test
  void thePropertyIsTheProgramsOne() {
    assertEquals(Gpus.GIVEN, TaskManagerGpusFactory.GIVEN);
  }
}
