/**
 * Settings and length of a run by the data at hand, and what the run will take.
 *
 * <pre>{@code
 * new OpenRun(asked, true, 30.0).run(runner);
 * }</pre>
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>What is chosen is typed.</b> An {@link org.vocabeam.pipelines.choice.OpenRun} becomes a
 *       request with nothing open before anything is trained, and is printed as its options; no
 *       other class knows of choosing. Options that a person gives are kept.
 *   <li><b>Speeds are measured once</b> and written to {@code plan.json} with all that follows. A
 *       run that goes on, also on another machine, keeps the plan.
 *   <li><b>The settings are a function of a {@link org.vocabeam.pipelines.choice.Situation}</b>,
 *       not of a speed, so that two machines of one kind choose alike.
 *   <li><b>Networks</b> ({@code Network}) are the first row whose demands are met:
 *       <table>
 *       <caption>Least side, images, minutes on a GPU, minutes of one core</caption>
 *       <tr><td>{@code resnet50}, {@code vit-s16}</td><td>128</td><td>100,000</td><td>600</td><td>never</td></tr>
 *       <tr><td>{@code resnet18}, {@code vit-ti16}</td><td>128</td><td>10,000</td><td>60</td><td>never</td></tr>
 *       <tr><td>{@code small/resnet18}, {@code small/vit-ti16}</td><td>28</td><td>5,000</td><td>10</td><td>2,000</td></tr>
 *       <tr><td>{@code small}</td><td>0</td><td>0</td><td>0</td><td>0</td></tr>
 *       </table>
 *       The papers train ResNet-50 for 200 epochs and ResNet-18 for 80 (OBoW, section 4), and a GPU
 *       takes 466 images a second through ResNet-50 (docs/gpus.md): 600 minutes are 168 epochs of
 *       100,000 images. On a core ResNet-18 takes about 25 images of 32 pixels a second: 2,000
 *       minutes are 3 million. All that was measured on processors is {@code small}
 *       (docs/experiments.md); that the larger rows pay was not measured here.
 *   <li><b>Views</b> follow the side at which images are shown: their own shape up to the side that
 *       the settings are meant for (64, the papers' 224), otherwise a square of it. A step at 64
 *       pixels takes four times one at 32, and OBoW needs 2,000 steps (docs/experiments.md, "OBoW
 *       for minutes"), which 20 minutes of a core have at 64 pixels: shorter runs see 32.
 *   <li><b>The batch</b> is the preset's, halved until it is at most the images. A step of more
 *       than 0.6 of the device's memory is taken in parts.
 *   <li><b>Words</b> are the preset's, halved until there are 12 images a word: "hundreds on small
 *       data, not 8192" (OBoW's authors); the 256 that were measured on 3,430 images are 13 each.
 * </ul>
 */
package org.vocabeam.pipelines.choice;
