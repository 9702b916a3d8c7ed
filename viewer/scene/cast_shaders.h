#pragma once

/// Shaders of cast_visual.cpp. Places are in the world; texture coordinates run from 0 to 1 over
/// the block.

namespace karyo::shaders {

inline constexpr char kVertex[] = R"(//VTK::System::Dec
in vec4 vertexMC;
uniform mat4 MCDCMatrix;
out vec3 place;
void main() {
  place = vertexMC.xyz;
  gl_Position = MCDCMatrix * vertexMC;
}
)";

/// Before each fragment shader: the line of sight and what part of it lies in the block and on the
/// kept side of all cuts.
inline constexpr char kCommon[] = R"(//VTK::System::Dec
//VTK::Output::Dec
in vec3 place;
uniform mat4 MCDCMatrix;
uniform sampler3D block;
uniform vec3 blockLow;
uniform vec3 blockHigh;
uniform vec3 counts;
uniform vec3 eye;
uniform vec3 lookForward;
uniform int parallelView;
uniform vec4 cuts[7];
uniform int cutCount;

vec3 origin;
vec3 direction;
float nearEnd;
float farEnd;
vec3 entryNormal;

void castSight() {
  vec3 size = blockHigh - blockLow;
  if (parallelView == 1) {
    direction = lookForward;
    origin = place - direction * 2.0 * length(size);
  } else {
    direction = normalize(place - eye);
    origin = eye;
  }
  vec3 d = mix(direction, vec3(1e-9), lessThan(abs(direction), vec3(1e-9)));
  vec3 a = (blockLow - origin) / d;
  vec3 b = (blockHigh - origin) / d;
  vec3 first = min(a, b);
  vec3 last = max(a, b);
  nearEnd = max(max(first.x, first.y), first.z);
  farEnd = min(min(last.x, last.y), last.z);
  entryNormal = nearEnd == first.x ? vec3(1, 0, 0) : nearEnd == first.y ? vec3(0, 1, 0)
                                                                        : vec3(0, 0, 1);
  if (nearEnd < 0.0) {
    nearEnd = 0.0;
    entryNormal = direction;
  }
  for (int i = 0; i < cutCount; ++i) {
    float along = dot(cuts[i].xyz, direction);
    float inside = dot(cuts[i].xyz, origin) + cuts[i].w;
    if (abs(along) < 1e-9) {
      if (inside < 0.0) discard;
      continue;
    }
    float t = -inside / along;
    if (along < 0.0) {
      farEnd = min(farEnd, t);
    } else if (t > nearEnd) {
      nearEnd = t;
      entryNormal = cuts[i].xyz;
    }
  }
  if (nearEnd >= farEnd) discard;
}

void meet(float t, vec3 colour) {
  vec4 clip = MCDCMatrix * vec4(origin + direction * t, 1.0);
  gl_FragDepth = clamp(0.5 * clip.z / clip.w + 0.5, 0.0, 1.0);
  gl_FragData[0] = vec4(colour, 1.0);
}
)";

/// From voxel to voxel along the line (Amanatides and Woo 1987), so none is missed.
inline constexpr char kVoxels[] = R"(
void main() {
  castSight();
  vec3 spacing = (blockHigh - blockLow) / counts;
  vec3 speed = direction / spacing;
  vec3 p = (origin + direction * nearEnd - blockLow) / spacing;
  // A hair into the voxel that begins here: on a face, rounding would choose either side.
  p += normalize(speed) * 1e-4;
  ivec3 last = ivec3(counts) - 1;
  ivec3 voxel = clamp(ivec3(floor(p)), ivec3(0), last);
  ivec3 onwards = ivec3(sign(speed));
  vec3 safe = mix(abs(speed), vec3(1e-12), lessThan(abs(speed), vec3(1e-12)));
  vec3 each = 1.0 / safe;
  vec3 next = mix(vec3(voxel + 1) - p, p - vec3(voxel), lessThan(speed, vec3(0.0))) * each;
  vec3 normal = entryNormal;
  float t = 0.0;
  int most = last.x + last.y + last.z + 3;
  for (int i = 0; i < most; ++i) {
    vec4 found = texelFetch(block, voxel, 0);
    if (found.a > 0.0) {
      float light = 0.35 + 0.65 * abs(dot(normal, direction));
      meet(nearEnd + t, found.rgb * light);
      return;
    }
    if (next.x <= next.y && next.x <= next.z) {
      t = next.x;
      next.x += each.x;
      voxel.x += onwards.x;
      normal = vec3(1, 0, 0);
    } else if (next.y <= next.z) {
      t = next.y;
      next.y += each.y;
      voxel.y += onwards.y;
      normal = vec3(0, 1, 0);
    } else {
      t = next.z;
      next.z += each.z;
      voxel.z += onwards.z;
      normal = vec3(0, 0, 1);
    }
    if (nearEnd + t >= farEnd || any(lessThan(voxel, ivec3(0))) ||
        any(greaterThan(voxel, last))) {
      break;
    }
  }
  discard;
}
)";

/// Steps until the strength passes the threshold, then halves the last step.
inline constexpr char kIsosurface[] = R"(
uniform float threshold;
uniform float stepLength;

vec3 coordinate(float t) { return (origin + direction * t - blockLow) / (blockHigh - blockLow); }
float strength(vec3 at) { return texture(block, at).a; }

void main() {
  castSight();
  float t = nearEnd;
  bool found = strength(coordinate(t)) >= threshold;
  bool onCut = found;
  while (!found && t < farEnd) {
    t = min(t + stepLength, farEnd);
    found = strength(coordinate(t)) >= threshold;
  }
  if (!found) discard;
  vec3 normal = entryNormal;
  if (!onCut) {
    float before = max(t - stepLength, nearEnd);
    for (int i = 0; i < 6; ++i) {
      float middle = 0.5 * (before + t);
      if (strength(coordinate(middle)) >= threshold) t = middle; else before = middle;
    }
    vec3 at = coordinate(t);
    vec3 h = 1.0 / counts;
    vec3 spacing = (blockHigh - blockLow) / counts;
    vec3 slope = vec3(strength(at + vec3(h.x, 0, 0)) - strength(at - vec3(h.x, 0, 0)),
                      strength(at + vec3(0, h.y, 0)) - strength(at - vec3(0, h.y, 0)),
                      strength(at + vec3(0, 0, h.z)) - strength(at - vec3(0, 0, h.z))) / spacing;
    if (dot(slope, slope) > 0.0) normal = normalize(slope);
  }
  vec3 hue = texture(block, coordinate(t)).rgb;
  float most = max(hue.r, max(hue.g, hue.b));
  hue = most > 0.0 ? hue / most : vec3(0.7);
  float facing = abs(dot(normal, direction));
  meet(t, hue * (0.15 + 0.75 * facing) + 0.1 * pow(facing, 20.0));
}
)";

inline constexpr char kSlice[] = R"(
uniform vec4 slicePlane;
void main() {
  castSight();
  float along = dot(slicePlane.xyz, direction);
  if (abs(along) < 1e-9) discard;
  float t = -(dot(slicePlane.xyz, origin) + slicePlane.w) / along;
  if (t < nearEnd || t > farEnd) discard;
  meet(t, texture(block, (origin + direction * t - blockLow) / (blockHigh - blockLow)).rgb);
}
)";

}  // namespace karyo::shaders
