package org.vocabeam.models.training;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model in ONNX Runtime. */
final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxSession(Path file) throws OrtException {
    session = environment.createSession(file.toString());
  }

  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /**
   * Runs the model.
   *
   * @param images each {@code [height, width, channels]}
   * @return every output by name, row-major
   */
  Map<String, float[]> run(List<byte[]> images, int height, int width, int channels)
      throws OrtException {
    ByteBuffer pixels = ByteBuffer.allocateDirect(images.size() * height * width * channels);
    images.forEach(pixels::put);
    long[] shape = {images.size(), height, width, channels};
    try (OnnxTensor input =
            OnnxTensor.createTensor(environment, pixels.flip(), shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("images", input))) {
      Map<String, float[]> outputs = new HashMap<>();
      for (String name : session.getOutputNames()) {
        FloatBuffer values = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        outputs.put(name, new float[values.remaining()]);
        values.get(outputs.get(name));
      }
      return outputs;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
