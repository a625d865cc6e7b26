import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/**
 * Writes a small data set from Fashion-MNIST, for {@code java Input.java SOURCE OUTPUT}: {@code
 * grey}, its first images as gzipped IDX files, and {@code colour}, a folder {@code
 * split/label/file.png} whose red, green and blue are three images in a row and whose label is the
 * first one's.
 */
final class Input {
  private static final int SIDE = 28;

  private Input() {}

  public static void main(String[] arguments) throws IOException {
    Path source = Path.of(arguments[0]);
    Path output = Path.of(arguments[1]);
    split(source, output, "train", 600);
    split(source, output, "t10k", 240);
  }

  private static void split(Path source, Path output, String split, int images) throws IOException {
    String pixelFile = split + "-images-idx3-ubyte.gz";
    String labelFile = split + "-labels-idx1-ubyte.gz";
    byte[] pixels;
    byte[] labels;
    try (DataInputStream in = open(source.resolve(pixelFile))) {
      in.skipNBytes(16);
      pixels = in.readNBytes(images * SIDE * SIDE);
    }
    try (DataInputStream in = open(source.resolve(labelFile))) {
      in.skipNBytes(8);
      labels = in.readNBytes(images);
    }
    Path grey = Files.createDirectories(output.resolve("grey"));
    try (DataOutputStream out = create(grey.resolve(pixelFile))) {
      for (int word : new int[] {0x803, images, SIDE, SIDE}) {
        out.writeInt(word);
      }
      out.write(pixels);
    }
    try (DataOutputStream out = create(grey.resolve(labelFile))) {
      out.writeInt(0x801);
      out.writeInt(images);
      out.write(labels);
    }
    for (int i = 0; i + 3 <= images; i += 3) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int at = 0; at < SIDE * SIDE; at++) {
        int rgb = 0;
        for (int channel = 0; channel < 3; channel++) {
          rgb = rgb << 8 | pixels[(i + channel) * SIDE * SIDE + at] & 0xff;
        }
        image.setRGB(at % SIDE, at / SIDE, rgb);
      }
      Path folder =
          output.resolve("colour/" + (split.equals("train") ? split : "test") + "/" + labels[i]);
      Files.createDirectories(folder);
      ImageIO.write(image, "png", folder.resolve(String.format("%04d.png", i)).toFile());
    }
    // One file that no reader takes, for the store `rejected`.
    Files.write(output.resolve("colour/train/" + labels[0] + "/broken.png"), "PNG".getBytes(UTF_8));
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16));
  }

  private static DataOutputStream create(Path file) throws IOException {
    return new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file), 1 << 16));
  }
}
